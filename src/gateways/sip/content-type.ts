import { type Body, PIDF_TYPE } from "../../cpp/index.js";
import { parseParameterised } from "./fields.js";

const DECLARED = /^<\?xml[^>]*\sencoding\s*=\s*["']([^"']*)/;
const DECLARATION_OCTETS = 200;

/**
 * PIDF in UTF-8 as every client takes it: some know the type by its whole value, and refuse a
 * charset. Without one the document is in UTF-8 unless it says otherwise (RFC 3863 §5.1).
 */
export function plain(body: Body): Body {
	const { value, parameters } = parseParameterised(body.contentType);
	if (value !== PIDF_TYPE || !isUtf8(parameters.get("charset"))) return body;
	const start = Buffer.from(body.octets.subarray(0, DECLARATION_OCTETS));
	const declared = DECLARED.exec(start.toString("latin1"))?.[1];
	return declared === undefined || isUtf8(declared)
		? { ...body, contentType: PIDF_TYPE }
		: body;
}

function isUtf8(charset: string | undefined): boolean {
	return charset?.toLowerCase() === "utf-8";
}
