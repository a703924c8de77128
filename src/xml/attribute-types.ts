import { isName, NAME, NMTOKEN } from "./characters.js";
import type { AttributeType } from "./dtd.js";

const NAMES = new RegExp(`^${NAME}(?: ${NAME})*$`, "u");
const WHOLE_NMTOKEN = new RegExp(`^${NMTOKEN}$`, "u");
const NMTOKENS = new RegExp(`^${NMTOKEN}(?: ${NMTOKEN})*$`, "u");

/** XML 1.0 §3.3.3, for types other than CDATA. */
export function normalised(value: string): string {
	if (!value.includes(" ")) return value;
	return value.replace(/ +/g, " ").replace(/^ | $/g, "");
}

/** XML 1.0 §3.3.1. */
export function isOfAttributeType(type: AttributeType, value: string): boolean {
	if (typeof type !== "string") return type.includes(value);
	switch (type) {
		case "CDATA":
			return true;
		case "ID":
		case "IDREF":
			return isName(value);
		case "IDREFS":
			return NAMES.test(value);
		case "NMTOKEN":
			return WHOLE_NMTOKEN.test(value);
		case "NMTOKENS":
			return NMTOKENS.test(value);
	}
}
