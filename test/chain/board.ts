/** The web board, in a browser. */
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";
import { Follower, type Sight } from "./followers.js";
import type { Site } from "./site.js";

const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find(
	existsSync,
);
const FRED = "fred@example.com";

/** What is read on the page, at the person's name or of the connection. */
const SIGHTS: readonly (readonly [text: RegExp, sight: Sight])[] = [
	[/^Open$/, "open"],
	[/^Closed$/, "closed"],
	[/^not connected/, "lost"],
];

/** Says each text of the page as it is written, also the same one again, except other people's. */
const watching = (
	endpoint: string,
): string => `new MutationObserver((changes) => {
	for (const { target } of changes) {
		const entry = target.closest(".entry");
		if (entry === null || entry.querySelector(".address").textContent === "${endpoint}") {
			wrote(target.textContent);
		}
	}
}).observe(document.body, { childList: true, subtree: true })`;

/** The board, on which fred has logged in and follows somebody. */
export class Board extends Follower {
	readonly name = "the board";
	readonly #browser: Browser;

	private constructor(browser: Browser) {
		super();
		this.#browser = browser;
	}

	static isInstalled(): boolean {
		return CHROMIUM !== undefined;
	}

	static async open(site: Site, endpoint: string): Promise<Board> {
		const browser = await chromium.launch({
			...(CHROMIUM && { executablePath: CHROMIUM }),
			args: ["--no-sandbox", "--disable-gpu"],
		});
		const board = new Board(browser);
		const page = await browser.newPage();
		await page.exposeFunction("wrote", (text: string) =>
			board.saw(SIGHTS.find(([like]) => like.test(text))?.[1]),
		);
		await page.goto(site.boardOf(endpoint, FRED));
		await page.evaluate(watching(endpoint));
		await page.getByRole("button", { name: "Log in" }).click();
		return board;
	}

	stop(): Promise<void> {
		return this.#browser.close();
	}
}
