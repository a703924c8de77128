import { beforeAll, describe, expect, it } from "vitest";
import { build, run } from "../process.js";
import { complaint, OPEN } from "./harness.js";

beforeAll(build);

describe("apex", () => {
	it("--version is that of the package", async () => {
		expect(await run(["--version"])).toEqual({
			how: 0,
			stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
			stderr: "",
		});
	});

	it("--help lists the commands", async () => {
		const { how, stdout, stderr } = await run(["--help"]);
		expect({ how, stderr }).toEqual({ how: 0, stderr: "" });
		const commands = "serve publish fetch subscribe watch replay inspect";
		for (const command of commands.split(" ")) {
			expect(stdout).toMatch(new RegExp(`^  ${command} `, "m"));
		}
	});

	it("COMMAND --help says what the command takes", async () => {
		const { how, stdout } = await run(["subscribe", "--help"]);
		expect(how).toBe(0);
		expect(stdout).toContain("--duration <seconds>");
	});

	it.each([
		[["bogus"], "apex: unknown command 'bogus' (see apex --help)"],
		[["fetch"], "apex: missing required argument 'endpoint' (see apex --help)"],
		[
			["watch", "a@b.c", "d@e.f"],
			"apex: too many arguments for 'watch'. Expected 1 argument but got 2. (see apex --help)",
		],
		[
			["fetch", "a@b.c", "--nope"],
			"apex: unknown option '--nope' (see apex --help)",
		],
		[
			["fetch", "a@b.c", "--format", "yaml"],
			/^apex: option '--format <form>' argument 'yaml' is invalid\. .* \(see apex --help\)\n$/,
		],
		[
			["fetch", "fred"],
			"apex: fred is no endpoint; one looks like fred@example.com",
		],
		[
			["fetch", "fred@example.com", "--as", "wilma"],
			"apex: wilma is no endpoint; one looks like fred@example.com",
		],
		[
			["fetch", "fred@example.com", "--server", "no where"],
			"apex: --server no where is neither HOST:PORT nor a domain",
		],
		[
			["subscribe", "fred@example.com", "--duration", "long"],
			"apex: --duration long is no number of seconds in 0..2147483647",
		],
		[
			["watch", "fred@example.com", "--duration", "-1"],
			"apex: --duration -1 is no number of seconds in 0..2147483647",
		],
	])(
		"%j is a wrong use: exit 2, and one line that says why",
		async (args, line) => {
			expect(await run(args)).toEqual(complaint(2, line));
		},
	);

	it.each([
		["publish", OPEN],
		["fetch", "fred@example.com"],
		["subscribe", "fred@example.com"],
		["watch", "fred@example.com"],
	])(
		"%s without a server: exit 3, and one line with what to do",
		async (...args) => {
			// nothing listens on the port of TCP's multiplexer
			const server = ["--server", "127.0.0.1:1"];
			expect(await run([...args, ...server])).toEqual(
				complaint(
					3,
					"apex: connect ECONNREFUSED 127.0.0.1:1: is a server running there? (apex serve, or --server HOST:PORT)",
				),
			);
		},
	);

	it("a server whose name has no address: exit 3, and one line with what to do", async () => {
		const server = ["--server", "nowhere.invalid:10913"];
		expect(await run(["fetch", "fred@example.com", ...server])).toEqual(
			complaint(
				3,
				/^apex: .*nowhere\.invalid: is the name right\? \(--server HOST:PORT\)\n$/,
			),
		);
	});
});
