/** The messages of the TLS profile, RFC 3080 §3.1.2 and §7.2. */
import type { SecureVersion } from "node:tls";
import { dtds, type Element, read, textOf } from "../xml/index.js";
import { readElement, refusalOf } from "./elements.js";
import { BeepError } from "./error.js";
import { MIN_TLS } from "./limits.js";

export const READY = "<ready />";
export const PROCEED = "<proceed />";

/** By the `version` of a `ready`, which counts from TLS 1.0: the earliest that both sides accept. */
const EARLIEST: Readonly<Record<string, SecureVersion>> = {
	"1": MIN_TLS,
	"1.0": MIN_TLS,
	"1.1": MIN_TLS,
	"1.2": "TLSv1.2",
	"1.3": "TLSv1.3",
};

/**
 * Reads a `ready`.
 *
 * @param message a MSG, or the content of a `start`
 * @returns the earliest version of TLS that may be negotiated
 * @throws BeepError 501 or 504 where its version means nothing here, XmlError, MimeError
 */
export function readReady(message: Buffer | string): SecureVersion {
	const { version = "" } = elementOf(message, ["ready"]).attributes;
	if (!/^\d+(?:\.\d+)?$/.test(version)) {
		throw new BeepError(501, "the version of ready is poorly formed");
	}
	const earliest = EARLIEST[version];
	if (earliest === undefined) {
		throw new BeepError(504, `there is no TLS ${version} here`);
	}
	return earliest;
}

/** Reads the answer to a `ready`. @returns why not, unless it is `proceed` */
export function readAnswer(content: string): BeepError | undefined {
	try {
		const root = elementOf(content, ["proceed", "error"]);
		if (root.name === "proceed") return undefined;
		return new BeepError(Number(root.attributes.code), textOf(root));
	} catch (error) {
		const { code, text } = refusalOf(error);
		return new BeepError(code, text);
	}
}

function elementOf(message: Buffer | string, roots: string[]): Element {
	return typeof message === "string"
		? read(message.trim(), dtds.tls, { roots }).root
		: readElement(message, roots, dtds.tls);
}
