import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Attachment, connect } from "../../../src/client/index.js";
import { loadConfig } from "../../../src/config/index.js";
import type { Endpoint } from "../../../src/names/index.js";
import { type Server, startServer } from "../../../src/server.js";
import { iterate, next } from "../../client/harness.js";

const FRED = "fred@example.com" as Endpoint;
const WILMA = "wilma@example.com" as Endpoint;
const LATER = "2525-12-31T23:59:59Z";
const PAST = "2000-01-01T00:00:00Z";

const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find(
	existsSync,
);
if (CHROMIUM === undefined) {
	console.warn(
		"\n*** SKIPPED: the presence board is tested in a browser (Debian: chromium), and there is none. ***\n",
	);
}

describe.skipIf(CHROMIUM === undefined)("the presence board", () => {
	const data = mkdtempSync(join(tmpdir(), "apex-board-"));
	let server: Server;
	let browser: Browser;
	let fred: Attachment;
	let origin: string;

	beforeAll(async () => {
		const config = loadConfig({
			flags: {
				...{ dev: true, data },
				...{ listen: "127.0.0.1:0", web: "127.0.0.1:0" },
			},
		});
		server = await startServer(config);
		origin = `http://127.0.0.1:${server.addresses.get("web")?.port}`;
		fred = await (await connect(server.address)).attach(FRED);
		browser = await chromium.launch({
			...(CHROMIUM && { executablePath: CHROMIUM }),
			args: ["--no-sandbox", "--disable-gpu"],
		});
	});

	afterAll(async () => {
		await browser?.close();
		await server?.close();
		rmSync(data, { recursive: true, force: true });
	});

	/** A page on which wilma has logged in. */
	async function board(
		options: Parameters<Browser["newPage"]>[0] = {},
	): Promise<{ page: Page; problems: string[] }> {
		const page = await browser.newPage(options);
		const problems: string[] = [];
		page.on("pageerror", (error) => problems.push(error.message));
		page.on("console", (message) => {
			if (message.type() === "error") problems.push(message.text());
		});
		await page.goto(`${origin}/?as=${WILMA}`);
		await page.getByRole("button", { name: "Log in" }).click();
		await page.getByRole("heading", { name: "You", exact: true }).waitFor();
		return { page, problems };
	}

	const publish = (availableUntil: string) =>
		fred.publish({
			publisher: FRED,
			tuples: [{ destination: "mailto:fred@example.com", availableUntil }],
		});

	/** The server is back where it was, and wilma's status has changed. */
	async function publishWhileAway(at: Server["addresses"]): Promise<void> {
		const flags = {
			listen: `127.0.0.1:${at.get("listen")?.port}`,
			web: `127.0.0.1:${at.get("web")?.port}`,
		};
		server = await startServer(
			loadConfig({ flags: { dev: true, data, ...flags } }),
		);
		fred = await (await connect(server.address)).attach(FRED);
		const body = `<presence xmlns="urn:ietf:params:xml:ns:pidf" entity="pres:${WILMA}"><note>back again</note></presence>`;
		await fetch(`${origin}/presence/${WILMA}`, {
			...{ method: "PUT", body },
			headers: { "Content-Type": "application/pidf+xml" },
		});
	}

	const row = (page: Page, endpoint: string) =>
		page.locator("li.entry", { hasText: endpoint });

	it("shows somebody go from closed to open as it is published over BEEP", async () => {
		await publish(PAST);
		const { page, problems } = await board();
		await page.getByLabel("Endpoint to add").fill(FRED);
		await page.getByRole("button", { name: "Add" }).click();
		await row(page, FRED).getByText("Closed").waitFor();
		await publish(LATER);
		await row(page, FRED).getByText("Open").waitFor();
		await row(page, FRED).getByText("mailto:fred@example.com").waitFor();
		await page.close();
		expect(problems).toEqual([]);
	});

	it("publishes one's own status, of which a BEEP endpoint is told", async () => {
		const { page, problems } = await board();
		const entries = iterate(fred.subscribe(WILMA));
		await next(entries);
		await page.getByLabel("What others may read").fill("at the quarry");
		await page.getByRole("button", { name: "Publish" }).click();
		await page.getByText("Published: Open").waitFor();
		await row(page, WILMA).getByText("at the quarry").waitFor();
		const told = await next(entries);
		expect(told.publisher).toBe(WILMA);
		expect(told.tuples).toMatchObject([
			{ availableUntil: "9999-12-31T23:59:59Z" },
		]);
		const watching = page.getByRole("region", { name: "Who is watching you" });
		await watching.getByText(FRED).waitFor();
		await page.close();
		expect(problems).toEqual([]);
	});

	it("says what is wrong with somebody who is not known", async () => {
		const { page } = await board();
		await page.getByLabel("Endpoint to add").fill("nobody@example.com");
		await page.getByRole("button", { name: "Add" }).click();
		await row(page, "nobody@example.com")
			.getByText("Not known", { exact: true })
			.waitFor();
		await page.close();
	});

	it("comes back by itself when the server does", async () => {
		const { page } = await board();
		const connection = page.locator("#connection");
		await connection.getByText("connected as").waitFor();
		const at = server.addresses;
		await server.close();
		await connection.getByText("not connected").waitFor();
		await publishWhileAway(at);
		await connection.getByText("connected as").waitFor();
		await row(page, WILMA).getByText("back again").waitFor();
		await page.close();
	});

	it.each([
		["desktop", { width: 1280, height: 800 }],
		["phone", { width: 390, height: 844 }],
	])("fits a %s without scrolling sideways", async (name, viewport) => {
		const { page } = await board({ viewport });
		await page.getByLabel("Endpoint to add").fill(FRED);
		await page.getByRole("button", { name: "Add" }).click();
		await row(page, FRED).getByText("Open").waitFor();
		const [width, scrolled] = (await page.evaluate(
			"[document.documentElement.clientWidth, document.documentElement.scrollWidth]",
		)) as [number, number];
		expect(scrolled).toBeLessThanOrEqual(width);
		const { SCREENSHOTS } = process.env;
		if (SCREENSHOTS !== undefined) {
			await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
		}
		await page.close();
	});
});
