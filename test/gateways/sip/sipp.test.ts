import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Unpermitted } from "../../../src/gateways/sip/index.js";
import { startLive } from "./live.js";

const SAMPLES = resolve("samples/sip");
let folder = "";

const isThere = spawnSync("sipp", ["-v"]).error === undefined;
if (!isThere) {
	console.warn("SKIPPED: there is no sipp, so no other's scenarios of SIP");
}

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "sipp-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Plays a scenario against a server. @throws with what it printed where it fails */
function play(
	scenario: string,
	port: number,
	transport: string,
): Promise<void> {
	const child = spawn(
		"sipp",
		[
			...["-sf", join(SAMPLES, `${scenario}.xml`), "-m", "1", "-l", "1"],
			...["-t", transport, "-i", "127.0.0.1", "-nostdin", "-timeout", "60"],
			...[
				"-key",
				"watcher",
				"wilma",
				"-key",
				"target",
				"fred",
				"-au",
				"wilma@example.com",
				"-ap",
				"pebbles",
			],
			...["-recv_timeout", "30000", `127.0.0.1:${port}`],
		],
		{
			cwd: folder,
			stdio: ["ignore", "pipe", "pipe"],
			env: { ...process.env, TERM: "dumb" },
		},
	);
	let printed = "";
	for (const stream of [child.stdout, child.stderr])
		stream.on("data", (chunk) => {
			printed += chunk;
		});
	return new Promise((done, failed) => {
		child.on("error", failed);
		child.on("close", (code) => {
			if (code === 0) done();
			else
				failed(
					new Error(
						`${scenario}: sipp ended with ${code}\n${printed.slice(-3000)}`,
					),
				);
		});
	});
}

describe.skipIf(!isThere).each(["u1", "t1"])("sipp over %s", (transport) => {
	test.each(["subscribe", "fetch", "refusals", "publish", "winfo", "register"])(
		"%s",
		async (scenario) => {
			const live = await startLive(["fred", "wilma"]);
			await play(scenario, live.listener.port, transport).finally(() =>
				live.close(),
			);
		},
	);

	test.each<[string, Unpermitted]>([
		["pending", "pending"],
		["polite-block", "polite block"],
		["reject", "reject"],
	])("case 20: %s", async (scenario, unpermitted) => {
		const live = await startLive(["fred", "wilma"], {
			unpermitted: () => unpermitted,
		});
		live.forbidden.add("wilma@example.com presence:subscribe fred@example.com");
		await play(scenario, live.listener.port, transport).finally(() =>
			live.close(),
		);
	});

	test("digest", async () => {
		const digest = async (user: string, realm: string) =>
			createHash("md5").update(`${user}:${realm}:pebbles`).digest();
		const live = await startLive(["fred", "wilma"], { dev: false, digest });
		await play("digest", live.listener.port, transport).finally(() =>
			live.close(),
		);
	});

	test("the message flow of RFC 3856 §8", async () => {
		const live = await startLive(["fred", "wilma"], {
			limits: { sipNotifySeconds: 0 },
		});
		const { listener } = live;
		await play("rfc3856-section8", listener.port, transport).finally(() =>
			live.close(),
		);
		expect(live.sip.dialogs).toBe(1);
	});
});
