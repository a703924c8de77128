// A relay in another language against the server as it is installed without --dev, where what is
// provisioned says who may bind for which domain.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { build, Running } from "../process.js";
import { NoDomain } from "./no-domain.js";
import { failures, HANGING, hasPython, python } from "./python.js";

const DOMAIN = "example.com";
const PEER = "rubble.example";

/** Starts a server that lets relays on loopback bind for PEER. @returns where they bind: host and port */
async function serveMesh(): Promise<[string, string]> {
	const folder = await mkdtemp(join(tmpdir(), "apex-foreign-mesh-"));
	onTestFinished(() => rm(folder, { recursive: true, force: true }));
	const dns = await NoDomain.start();
	onTestFinished(() => dns.close());
	const file = join(folder, "apex.yaml");
	const configuration = {
		domains: [DOMAIN],
		dns: [dns.address],
		peers: [{ address: "127.0.0.1", domains: [PEER] }],
	};
	await writeFile(file, JSON.stringify(configuration));
	const server = new Running([
		"serve",
		...["--config", file, "--data", join(folder, "data")],
		...["--listen", "127.0.0.1:0", "--mesh", "127.0.0.1:0"],
	]);
	onTestFinished(async () => void (await server.stop("SIGTERM")));
	for (;;) {
		const { msg, mesh } = JSON.parse(await server.line());
		if (!String(msg).startsWith("ready on ")) continue;
		const colon = String(mesh).lastIndexOf(":");
		return [mesh.slice(0, colon), mesh.slice(colon + 1)];
	}
}

describe.runIf(hasPython)("a relay written from the RFCs alone", () => {
	test("binds and originates for what it may, and gets the code for what it may not", {
		timeout: HANGING,
	}, async () => {
		build();
		const address = await serveMesh();
		const { code, output } = await python("mesh.py", ...address, DOMAIN, PEER);
		expect(code, failures(output)).toBe(0);
	});
});
