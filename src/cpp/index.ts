/** The common profile for presence, RFC 3859, over the presence core; PIDF, RFC 3863. */
export type { GuestDomain } from "../presence/index.js";
export { contentOf, pidfOf } from "./contents.js";
export type { XmlElement } from "./document.js";
export { CppFace } from "./face.js";
export { MAX_IDENTIFIER_OCTETS } from "./identifier.js";
export { APEX } from "./mapping.js";
export {
	isPidf,
	type Note,
	PIDF_TYPE,
	type Pidf,
	type PidfTuple,
	readPidf,
	writePidf,
} from "./pidf.js";
export { formatPres, parsePres } from "./pres-uri.js";
export { attachmentOf, MAX_PUBLICATION_OCTETS } from "./publication.js";
export type { Remote, RemoteListener } from "./remote.js";
export { Cpp, type CppParts } from "./service.js";
export { decodeTupleId, encodeTupleId } from "./tuple-id.js";
export type * from "./types.js";
