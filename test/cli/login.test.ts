import { copyFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Authority } from "../beep/certificates.js";
import { type Ended, Running, run, serve } from "../process.js";
import { ELSEWHERE } from "../server/secured.js";
import { complaint, Folder, OPEN } from "./harness.js";

const FRED = "fred@example.com";
const folder = new Folder();
const authority = new Authority();
afterAll(() => authority.remove());

/** A server that is not for a laptop, and on which Fred has an account. */
let server: Running;
let address: string;
let certificate: { cert: string; key: string };
let password: string;
beforeAll(async () => {
	const data = folder.path("data");
	const dev = await serve("--data", data);
	await run(["publish", OPEN, "--server", dev.address]);
	await dev.process.stop("SIGTERM");
	await run(["account", "add", FRED, "--data", data], "yabba dabba doo\n");
	password = folder.file("yabba dabba doo\nand a second line\n");
	certificate = { cert: folder.path("apex.crt"), key: folder.path("apex.key") };
	renew();
	server = new Running([
		...["serve", "--data", data, "--listen", ELSEWHERE],
		...["--tls-cert", certificate.cert, "--tls-key", certificate.key],
	]);
	address = String((await said("ready on ")).listen);
});
afterAll(() => server.stop("SIGTERM"));

function renew(): void {
	const { certFile, keyFile } = authority.certify("DNS:example.com");
	copyFileSync(certFile, certificate.cert);
	copyFileSync(keyFile, certificate.key);
}

/** The next line of the log that begins so. */
async function said(text: string): Promise<Record<string, unknown>> {
	for (;;) {
		const line: Record<string, unknown> = JSON.parse(await server.line());
		if (String(line.msg).startsWith(text)) return line;
	}
}

const fetch = (...more: string[]): Promise<Ended> =>
	run(["fetch", FRED, "--server", address, ...more]);

const trusting = (): string[] => ["--tls-ca", authority.caFile];

describe("a command that asks a server with accounts", () => {
	it("logs in with the first line of a file, under TLS", async () => {
		const ended = await fetch(...trusting(), "--password-file", password);
		expect(ended).toMatchObject({ how: 0, stderr: "" });
		expect(ended.stdout).toContain(FRED);
	});

	it("with a wrong password: exit 1, and the reply code", async () => {
		const wrong = folder.file("bowling\n");
		expect(await fetch(...trusting(), "--password-file", wrong)).toEqual(
			complaint(1, /^apex: 535 .*\n$/),
		);
	});

	it("without a password, and nobody to ask: exit 1, and what to do", async () => {
		expect(await fetch(...trusting())).toEqual(
			complaint(1, "apex: 530 authentication required (--password-file FILE)"),
		);
	});

	it("as somebody else: exit 1, and the reply code", async () => {
		const wilma = ["--as", "wilma@example.com", "--password-file", password];
		expect(await fetch(...trusting(), ...wilma)).toEqual(
			complaint(1, /^apex: 535 .*\n$/),
		);
	});

	it("which cannot show who it is: exit 3", async () => {
		expect(await fetch("--password-file", password)).toEqual(
			complaint(3, /^apex: no TLS with example\.com: .*certificate\n$/),
		);
	});

	it.each(["--password-file", "--tls-ca"])(
		"with %s of a file that is not there: exit 2",
		async (option) => {
			expect(await fetch(option, "/nowhere")).toEqual(
				complaint(2, /^apex: .*\/nowhere.*\n$/),
			);
		},
	);
});

describe("SIGHUP", () => {
	it("reads the certificate again, and the server goes on", async () => {
		const follower = new Running([
			...["subscribe", FRED, "--server", address, ...trusting()],
			...["--password-file", password],
		]);
		await follower.line();
		renew();
		server.signal("SIGHUP");
		expect(await said("read the certificate")).toMatchObject({ level: 30 });
		const publish = ["publish", OPEN, "--server", address, ...trusting()];
		const ended = await run([...publish, "--password-file", password]);
		expect(ended).toMatchObject({ how: 0 });
		// the session of before is told what a session of after has done
		await follower.line();
		await follower.stop("SIGINT");
	});
});
