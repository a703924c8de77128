import { BeepError } from "../error.js";

// RFC 4648 §4: whole groups of four, and nothing that is not of the alphabet
const BASE64 =
	/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Decodes base64. @throws BeepError 501 where a part is missing or it is none */
export function base64(text: string): Buffer {
	if (!BASE64.test(text)) throw new BeepError(501, "this is no base64");
	return Buffer.from(text, "base64");
}
