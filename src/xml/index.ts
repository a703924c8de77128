export {
	attribute,
	domainIn,
	endpointOf,
	timestampOf,
	transIDOf,
} from "./attributes.js";
export * from "./caps.js";
export { Dtd } from "./dtd.js";
export * from "./dtds.js";
export * from "./element.js";
export * from "./error.js";
export { escapeAttribute, escapeText } from "./escape.js";
export { read, readAny } from "./reader.js";
export { slot, template } from "./template.js";
export { validate } from "./validate.js";
export { isUri } from "./values.js";
export { write } from "./writer.js";
