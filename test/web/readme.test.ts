/** What README.md says of HTTP, pasted into a shell. */
import { execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { iterate, next } from "../client/harness.js";
import { Events } from "./events.js";
import { FRED, Site } from "./site.js";

const hasCurl = spawnSync("curl", ["--version"]).status === 0;
if (!hasCurl) {
	console.warn(
		"\n*** SKIPPED: the examples of README.md use curl, and there is none. ***\n",
	);
}

/** Where a server is that `npm start` starts. */
const USUAL = "http://127.0.0.1:10980";

const README = readFileSync(
	new URL("../../README.md", import.meta.url),
	"utf8",
);
const [, section = ""] = README.split("\n## Over HTTP\n");
const blocks = section
	.split("\n## ", 1)
	.flatMap((text) => [...text.matchAll(/^```sh\n(.*?)^```/gms)])
	.map(([, block = ""]) => block);

describe.skipIf(!hasCurl)("the examples", () => {
	let site: Site;
	beforeAll(async () => {
		site = await Site.open();
	});
	afterAll(() => site.close());

	const shell = (block = "") => ["-euc", block.replaceAll(USUAL, site.url)];

	it("are two", () => {
		expect(blocks).toHaveLength(2);
		for (const block of blocks) expect(block).toContain(`${USUAL}/presence/`);
	});

	it("publish, and get that back, and as JSON; a BEEP subscriber is told", async () => {
		const [publishing = ""] = blocks;
		const fred = await site.attach(FRED);
		const entries = iterate(fred.subscribe(FRED));
		await next(entries);
		const { stdout } = await promisify(execFile)("sh", shell(publishing));
		const [, document = ""] = /<<'END'\n(.*)^END$/ms.exec(publishing) ?? [];
		expect(stdout.slice(0, document.length)).toBe(document);
		expect(JSON.parse(stdout.slice(document.length))).toMatchObject({
			publisher: FRED,
			tuples: [{ destination: "im:fred@example.com" }],
		});
		const { tuples } = await next(entries);
		expect(tuples).toMatchObject([{ destination: "im:fred@example.com" }]);
	});

	it("follow", async () => {
		await site.put(FRED, "<a/>", { "Content-Type": "text/xml" });
		// of a process group of its own: curl is a child of the shell
		const child = spawn("sh", shell(blocks[1]), { detached: true });
		const events = new Events(child.stdout);
		expect((await events.next()).octets.toString()).toBe("<a/>");
		await site.put(FRED, "<b/>", { "Content-Type": "text/xml" });
		expect((await events.next()).octets.toString()).toBe("<b/>");
		if (child.pid !== undefined) process.kill(-child.pid, "SIGINT");
		await once(child, "close");
	});
});
