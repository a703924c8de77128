import { describe, expect, it } from "vitest";
import { Running, run, serve } from "../process.js";
import { CommandServer, complaint, Folder } from "./harness.js";

const folder = new Folder();
const server = new CommandServer(folder);

describe("apex serve", () => {
	it("says in a line of JSON that it is ready, and where", () => {
		const { ready, address } = server.serving;
		expect(ready).toMatchObject({
			level: 30,
			listen: address,
			domains: ["example.com"],
			dev: true,
			msg: `ready on ${address}`,
		});
	});

	it.each(["SIGTERM", "SIGINT"] as const)(
		"finishes on %s: those who are attached are told, and it exits 0",
		async (signal) => {
			const { process, address } = await serve("--data", folder.path(signal));
			const fred = "fred@example.com";
			const follower = new Running(["subscribe", fred, "--server", address]);
			// somebody has to attach as fred before there is an entry
			const told = await follower.line();
			expect(told).toContain(fred);
			expect(await process.stop(signal)).toMatchObject({ how: 0, stderr: "" });
			expect(process.lines.map((line) => JSON.parse(line).msg)).toContain(
				"stopping",
			);
			expect(await follower.ended).toMatchObject({
				how: 1,
				stderr: "apex: 421 the relay stops\n",
			});
		},
	);

	it("with its port in use: exit 1, and one line with what to do", async () => {
		const { address } = server.serving;
		const args = ["--dev", "--listen", address];
		expect(
			await run(["serve", ...args, "--data", folder.path("other")]),
		).toEqual(
			complaint(
				1,
				`apex: listen EADDRINUSE: address already in use ${address}: is a server running there already? (--listen HOST:PORT)`,
			),
		);
	});

	it("on the folder of another: exit 1, and one line with what to do", async () => {
		const data = folder.path("data");
		const args = ["--dev", "--listen", "127.0.0.1:0", "--data", data];
		expect(await run(["serve", ...args])).toEqual(
			complaint(
				1,
				`apex: another process has ${data} open: stop it first, or name another folder (--data FOLDER)`,
			),
		);
	});

	it("where a name has no address: exit 2, and one line with what to do", async () => {
		const args = ["--listen", "127.0.0.1:0", "--mesh", "nowhere.invalid:0"];
		expect(
			await run(["serve", ...args, "--data", folder.path("unresolved")]),
		).toEqual(
			complaint(
				2,
				"apex: nowhere.invalid has no address on this machine: listen elsewhere (--listen, --mesh, --web, --sip or --admin HOST:PORT)",
			),
		);
	});

	it.each([
		[["--domain", "-x-"], /^apex: .*"-x-" is no domain.*domains.*\n$/],
		[["--listen", "here"], /^apex: .*"here" is not HOST:PORT.*listen.*\n$/],
		[["--log", "loud"], /^apex: .*log.*\n$/],
		[["--config", "/nowhere/apex.yaml"], /^apex: \/nowhere\/apex\.yaml: .*\n$/],
		[["--dev", "--listen", "0.0.0.0:0"], /^apex: --dev .* loopback .*\n$/],
	])(
		"%j cannot be a configuration: exit 2, and one line",
		async (args, line) => {
			const data = folder.path("never");
			const ended = await run(["serve", "--data", data, ...args]);
			expect(ended).toEqual(complaint(2, line));
			expect(ended.stderr.trimEnd()).not.toContain("\n");
		},
	);
});
