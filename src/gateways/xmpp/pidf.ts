/** Presence documents, as the common profile reads and writes them. */
export {
	type Note,
	type Pidf,
	type PidfTuple,
	readPidf,
	writePidf,
	type XmlElement,
} from "../../cpp/index.js";
