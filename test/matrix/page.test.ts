import { readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { COMMAND, page } from "./page.js";

const PAGE = new URL("../../docs/permissions.md", import.meta.url);

it("docs/permissions.md shows the tables as they are", () => {
	if (process.env.UPDATE) writeFileSync(PAGE, page());
	const written = readFileSync(PAGE, "utf8");
	expect(written, `write it anew: ${COMMAND}`).toBe(page());
});
