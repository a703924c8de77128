/** MIME as far as BEEP needs it: entity-headers, multipart/related (RFC 2387), cid: (RFC 2392). */
export * from "./cid.js";
export {
	BEEP_XML,
	type ContentType,
	formatContentType,
	parseContentType,
} from "./content-type.js";
export {
	beepXml,
	type Entity,
	parseEntity,
	writeEntity,
} from "./entity.js";
export * from "./error.js";
export { type Headers, MAX_HEADER_OCTETS } from "./header.js";
export { MAX_PARTS } from "./multipart.js";
export * from "./related.js";
