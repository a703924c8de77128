import type { ClientMechanism, MechanismName } from "../types.js";
import { anonymous } from "./anonymous.js";
import { digestMd5 } from "./digest-md5.js";
import { external } from "./external.js";
import { plain } from "./plain.js";
import { scram, scramPlus } from "./scram.js";

/** The client's side of every mechanism. */
export const clientMechanisms: Readonly<
	Record<MechanismName, ClientMechanism>
> = {
	"SCRAM-SHA-256-PLUS": scramPlus("SHA-256"),
	"SCRAM-SHA-1-PLUS": scramPlus("SHA-1"),
	"SCRAM-SHA-256": scram("SHA-256"),
	"SCRAM-SHA-1": scram("SHA-1"),
	PLAIN: plain,
	EXTERNAL: external,
	ANONYMOUS: anonymous,
	"DIGEST-MD5": digestMd5,
};
