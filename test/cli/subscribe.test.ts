import { describe, expect, it } from "vitest";
import { Running, serve } from "../process.js";
import { CommandServer, complaint, DOCUMENT, Folder } from "./harness.js";

const folder = new Folder();
const server = new CommandServer(folder);

describe("apex subscribe", () => {
	/** A follower that has printed the entry that there is. */
	async function following(...options: string[]): Promise<Running> {
		const args = ["subscribe", "wilma@example.com", ...options];
		const follower = server.start(...args);
		await follower.line();
		return follower;
	}

	it("prints the entry, then each change, and ends with 0 when it is interrupted", async () => {
		const follower = await following("--json");
		const document = DOCUMENT.replace("wilma.example", "changed.example");
		await server.askWith(document, "publish", "-");
		expect(JSON.parse(await follower.line())).toMatchObject({
			publisher: "wilma@example.com",
			publisherInfo: "http://changed.example/",
		});
		expect(await follower.stop("SIGINT")).toMatchObject({ how: 0, stderr: "" });
	});

	it("ends with 0 on SIGTERM too", async () => {
		const follower = await following();
		expect(await follower.stop("SIGTERM")).toMatchObject({
			how: 0,
			stderr: "",
		});
	});

	it("that was interrupted is no subscription any more", async () => {
		const follower = await following();
		await follower.stop("SIGINT");
		const { stdout } = await server.ask(
			...["watch", "wilma@example.com", "--duration", "0"],
		);
		expect(stdout).toBe("");
	});

	it("--format xml prints each entry in one line", async () => {
		const args = ["subscribe", "wilma@example.com", "--format", "xml"];
		const { how, stdout } = await server.ask(...args, "--duration", "0");
		expect(how).toBe(0);
		expect(stdout).toMatch(/^<presence [^\n]*<\/presence>\n$/);
	});

	it("ends with 0 when its duration is over", async () => {
		const args = ["subscribe", "wilma@example.com", "--duration", "1"];
		expect(await server.ask(...args)).toMatchObject({ how: 0, stderr: "" });
	});

	it("ends with 0 when nobody reads what it prints", async () => {
		const follower = await following();
		follower.stopReading();
		await server.ask("publish", folder.file(DOCUMENT));
		expect(await follower.ended).toMatchObject({ how: 0, stderr: "" });
	});

	it("to somebody who is not known: exit 1, with the reply code", async () => {
		const as = ["--as", "wilma@example.com"];
		expect(await server.ask("subscribe", "dino@example.com", ...as)).toEqual(
			complaint(1, "apex: 550 dino@example.com is not known here"),
		);
	});

	it("that loses its server: exit 3", async () => {
		const { process, address } = await serve("--data", folder.path("lost"));
		const args = ["subscribe", "fred@example.com", "--server", address];
		const follower = new Running(args);
		await follower.line();
		await process.stop("SIGKILL");
		expect(await follower.ended).toMatchObject({
			how: 3,
			stderr: expect.stringMatching(/^apex: .*\n$/),
		});
	});
});
