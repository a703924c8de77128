import { readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { limitsPage } from "./limits-doc.js";

const PAGE = "docs/limits.md";

it("docs/limits.md says what the schema says", () => {
	const page = limitsPage();
	if (process.env.UPDATE === "1") writeFileSync(PAGE, page);
	expect(
		readFileSync(PAGE, "utf8"),
		"to write it again: UPDATE=1 npx vitest run test/config/limits-doc.test.ts",
	).toBe(page);
});
