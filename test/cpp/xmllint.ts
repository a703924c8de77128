import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";

const schema = fileURLToPath(new URL("schema/pidf.xsd", import.meta.url));

export const hasXmllint = spawnSync("xmllint", ["--version"]).status === 0;

/** RFC 3863 §4.4, as libxml2 sees it. */
export function expectSchemaValid(octets: Uint8Array): void {
	const { status, stderr } = spawnSync(
		"xmllint",
		["--nonet", "--noout", "--schema", schema, "-"],
		{ input: octets },
	);
	if (status !== 0) expect(`${stderr}${Buffer.from(octets)}`).toBe("valid");
}
