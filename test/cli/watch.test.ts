import { describe, expect, it, onTestFinished } from "vitest";
import { CommandServer, complaint, Folder, SILENCE } from "./harness.js";

const folder = new Folder();
const server = new CommandServer(folder);

describe("apex watch", () => {
	it("--duration 0 prints who is subscribed now, and ends with 0", async () => {
		const args = ["subscribe", "fred@example.com", "--as", "wilma@example.com"];
		const follower = server.start(...args);
		await follower.line();
		onTestFinished(async () => void (await follower.stop("SIGINT")));
		const watch = ["watch", "fred@example.com", "--duration", "0"];
		const { how, stdout, stderr } = await server.ask(...watch);
		expect({ how, stderr }).toEqual({ how: 0, stderr: "" });
		expect(stdout).toMatch(
			/^wilma\/cli-[^\n]*@example\.com subscribed for 86400 s\n$/,
		);
		const json = await server.ask(...watch, "--json");
		expect(JSON.parse(json.stdout)).toEqual({
			subscriber: stdout.split(" ")[0],
			action: "subscribe",
			duration: 86400,
		});
	});

	it("--duration 0 with nobody there prints nothing", async () => {
		expect(
			await server.ask("watch", "wilma@example.com", "--duration", "0"),
		).toEqual(SILENCE);
	});

	it("prints who polls, subscribes and leaves, and ends with 0 when it is interrupted", async () => {
		const watcher = server.start("watch", "fred@example.com");
		// nothing says that a watch has begun but its first notice
		const as = ["--as", "wilma/appl=wb@example.com"];
		const first = watcher.line();
		let begun = false;
		void first.then(() => {
			begun = true;
		});
		while (!begun) await server.ask("fetch", "fred@example.com", ...as);
		expect(await first).toBe("wilma/appl=wb@example.com polled");
		const options = ["fred@example.com", ...as, "--duration", "600"];
		const follower = server.start("subscribe", ...options);
		await follower.line();
		await follower.stop("SIGINT");
		let line = await watcher.line();
		while (line.endsWith(" polled")) line = await watcher.line();
		expect(line).toBe("wilma/appl=wb@example.com subscribed for 600 s");
		expect(await watcher.line()).toBe("wilma/appl=wb@example.com left");
		expect(await watcher.stop("SIGINT")).toMatchObject({ how: 0, stderr: "" });
	});

	it("of somebody else: exit 1, with the reply code", async () => {
		const as = ["--as", "wilma@example.com"];
		expect(await server.ask("watch", "fred@example.com", ...as)).toEqual(
			complaint(1, /^apex: 537 .*\n$/),
		);
	});
});
