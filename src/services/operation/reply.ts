import { slot, template } from "../../xml/index.js";

// every operation is answered: what differs is put in, and nothing is built
const attributes = { code: slot("code"), transID: slot("transID") };
const bare = template({ name: "reply", attributes });
const withText = template({
	name: "reply",
	attributes,
	children: [slot("text")],
});

/** RFC 3340 §6.1.2. @throws XmlError 500 where XML cannot carry the text */
export function reply(code: number, transID: string, text = ""): string {
	const values = { code: String(code), transID };
	return text === "" ? bare(values) : withText({ ...values, text });
}
