import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";

const DTD = fileURLToPath(new URL("../../dtd/presence.dtd", import.meta.url));

/** RFC 3343 §6, as libxml2 sees it. */
export function expectDtdValid(xml: string): void {
	const { status, stderr } = spawnSync(
		"xmllint",
		["--nonet", "--noout", "--dtdvalid", DTD, "-"],
		{ input: xml },
	);
	if (status !== 0) expect(`${stderr}${xml}`).toBe("valid");
}
