/** The board on a server where people log in. */
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";
import {
	afterAll,
	beforeAll,
	describe,
	expect,
	onTestFinished,
	test,
} from "vitest";
import { basic } from "../gateways/web/harness.js";
import { passwordOf, withAccounts } from "../server/secured.js";
import { FRED, Site } from "./site.js";

const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find(
	existsSync,
);
if (CHROMIUM === undefined) {
	console.warn(
		"\n*** SKIPPED: logging in on the presence board is tested in a browser (Debian: chromium), and there is none. ***\n",
	);
}

describe.skipIf(CHROMIUM === undefined)("the presence board", () => {
	let browser: Browser;
	beforeAll(async () => {
		browser = await chromium.launch({
			...(CHROMIUM && { executablePath: CHROMIUM }),
			args: ["--no-sandbox", "--disable-gpu"],
		});
	});
	afterAll(() => browser?.close());

	test("a wrong password is told so and may be put right; then one publishes as oneself", async () => {
		const data = await withAccounts(FRED);
		const site = await Site.open({ dev: false, data });
		onTestFinished(() => site.close());
		const page = await browser.newPage();
		onTestFinished(() => page.close());
		const problems: string[] = [];
		page.on("pageerror", ({ message }) => problems.push(message));
		await page.goto(site.url);
		const login = page.locator("#login");
		await login.getByLabel("Endpoint").fill(FRED);
		await login.getByLabel("Password").fill("guess");
		await login.getByRole("button", { name: "Log in" }).click();
		await login
			.getByRole("alert")
			.getByText("the user name or the password is wrong")
			.waitFor();
		const you = page.getByRole("heading", { name: "You", exact: true });
		expect(await you.isVisible()).toBe(false);
		await login.getByLabel("Password").fill(passwordOf(FRED));
		await login.getByRole("button", { name: "Log in" }).click();
		await you.waitFor();
		await page.getByLabel("What others may read").fill("at the quarry");
		await page.getByRole("button", { name: "Publish" }).click();
		await page.getByText("Published: Open").waitFor();
		const answer = await site.get(FRED, basic(FRED, passwordOf(FRED)));
		expect(await answer.text()).toContain("at the quarry");
		expect(problems).toEqual([]);
	});
});
