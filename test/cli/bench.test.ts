import { describe, expect, it } from "vitest";
import { CommandServer, Folder } from "./harness.js";

const folder = new Folder();
const server = new CommandServer(folder);

describe("apex bench", () => {
	const few = ["--subscribers", "3", "--publishes", "4", "--json"];

	it("tells how long it took until all subscribers had heard", async () => {
		const { how, stdout } = await server.ask("bench", ...few);
		expect(how).toBe(0);
		const figures = JSON.parse(stdout);
		expect(figures).toMatchObject({
			workload: "fanout",
			subscribers: 3,
			publishes: 4,
		});
		expect(figures.medianMs).toBeGreaterThan(0);
		expect(figures.longestMs).toBeGreaterThanOrEqual(figures.medianMs);
		expect(figures.notificationsPerSecond).toBeGreaterThan(0);
	});

	it("leaves the entry as it was", async () => {
		const info = async () => {
			const { stdout } = await server.ask(
				...["fetch", "wilma@example.com", "--json"],
			);
			return JSON.parse(stdout).publisherInfo;
		};
		const before = await info();
		await server.ask("bench", ...few, "--as", "wilma@example.com");
		expect(await info()).toBe(before);
	});

	it("is a usage error without subscribers", async () => {
		const { how, stderr } = await server.ask("bench", "--subscribers", "0");
		expect(how).toBe(2);
		expect(stderr).toMatch(/^apex: --subscribers 0 [^\n]*\n$/);
	});
});
