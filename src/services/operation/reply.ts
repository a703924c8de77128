import { write } from "../../xml/index.js";

/** RFC 3340 §6.1.2. */
export function reply(code: number, transID: string, text = ""): string {
	return write({
		name: "reply",
		attributes: { code, transID },
		children: text === "" ? [] : [text],
	});
}
