import { spawnSync } from "node:child_process";
import {
	closeSync,
	mkdtempSync,
	openSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type Verdict = "valid" | "invalid" | "malformed";

/** Whether the xmllint of libxml2 is there. */
export function hasXmllint(): boolean {
	return spawnSync("xmllint", ["--version"]).status === 0;
}

const BATCH = 2000;

/**
 * What libxml2 says of documents.
 *
 * @param options make it validate: `--dtdvalid FILE`, or `--valid`
 */
export function judge(
	documents: readonly Uint8Array[],
	options: readonly string[],
): Verdict[] {
	const folder = mkdtempSync(join(tmpdir(), "apex-corpus-"));
	try {
		const verdicts: Verdict[] = [];
		for (let from = 0; from < documents.length; from += BATCH) {
			const batch = documents.slice(from, from + BATCH);
			verdicts.push(...judgeBatch(batch, options, folder));
		}
		return verdicts;
	} finally {
		rmSync(folder, { recursive: true });
	}
}

/**
 * The document with a DOCTYPE, for `--valid`. Only where libxml2 knows the DTD when it reads
 * a document does it normalise attribute values by their types (XML 1.0 §3.3.3), and take
 * names beyond ASCII for IDs.
 */
export function withDoctype(document: Uint8Array, file: string): Uint8Array {
	const text = Buffer.from(document).toString();
	const root = /<([^\s<>/!?]+)/.exec(text)?.[1];
	return Buffer.from(`<!DOCTYPE ${root} SYSTEM "${file}">${text}`);
}

function judgeBatch(
	documents: readonly Uint8Array[],
	options: readonly string[],
	folder: string,
): Verdict[] {
	const files = documents.map((_, i) => `${i}.xml`);
	for (const [i, file] of files.entries()) {
		writeFileSync(join(folder, file), documents[i] ?? "");
	}
	const errors = join(folder, "errors");
	const output = openSync(errors, "w");
	const { error } = spawnSync(
		"xmllint",
		["--noout", "--nonet", ...options, ...files],
		{
			cwd: folder,
			stdio: ["ignore", "ignore", output],
		},
	);
	closeSync(output);
	if (error !== undefined) throw error;
	const verdicts: Verdict[] = documents.map(() => "valid");
	// "7.xml:1: parser error : …", "Document 7.xml does not validate against …"
	const line =
		/^(\d+)\.xml:\d+: (?:\w+ )*?(parser|encoding|validity) error|^Document (\d+)\.xml does not validate/gm;
	for (const [, file, kind, invalid] of readFileSync(errors, "latin1").matchAll(
		line,
	)) {
		const i = Number(file ?? invalid);
		const malformed = kind === "parser" || kind === "encoding";
		if (malformed) verdicts[i] = "malformed";
		else if (verdicts[i] !== "malformed") verdicts[i] = "invalid";
	}
	return verdicts;
}
