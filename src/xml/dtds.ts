import { readFileSync } from "node:fs";
import type { Dtd } from "./dtd.js";
import { parseDtd } from "./dtd-parser.js";

/** The same place from src/xml and from dist/xml. */
const FOLDER = new URL("../../dtd/", import.meta.url);

function load(file: string): string {
	return readFileSync(new URL(file, FOLDER), "utf8");
}

function dtd(name: string): Dtd {
	return parseDtd(`${name}.dtd`, load);
}

/** The DTDs of BEEP (RFC 3080 §7) and of APEX (RFC 3340 §9, 3341 §6, 3342 §6, 3343 §6). */
export const dtds = {
	beep: dtd("beep"),
	tls: dtd("tls"),
	sasl: dtd("sasl"),
	core: dtd("core"),
	report: dtd("report"),
	access: dtd("access"),
	party: dtd("party"),
	presence: dtd("presence"),
} as const;
