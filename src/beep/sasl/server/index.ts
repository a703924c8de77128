import type { MechanismName, ServerMechanism } from "../types.js";
import { anonymous } from "./anonymous.js";
import { type DigestOptions, digestMd5 } from "./digest-md5.js";
import { external } from "./external.js";
import { plain } from "./plain.js";
import { scram, scramPlus } from "./scram.js";

export type { DigestOptions } from "./digest-md5.js";

/** The server's side of a mechanism. @throws RangeError for DIGEST-MD5 without its options */
export function serverMechanism(
	name: MechanismName,
	digest?: DigestOptions,
): ServerMechanism {
	switch (name) {
		case "SCRAM-SHA-256-PLUS":
			return scramPlus("SHA-256");
		case "SCRAM-SHA-1-PLUS":
			return scramPlus("SHA-1");
		case "SCRAM-SHA-256":
			return scram("SHA-256");
		case "SCRAM-SHA-1":
			return scram("SHA-1");
		case "PLAIN":
			return plain;
		case "EXTERNAL":
			return external;
		case "ANONYMOUS":
			return anonymous;
		case "DIGEST-MD5":
			if (digest !== undefined) return digestMd5(digest);
			throw new RangeError("DIGEST-MD5 needs its realms");
	}
}
