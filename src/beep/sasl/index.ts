/** The SASL profiles: RFC 3080 §4.1, and the mechanisms of RFC 4422. */
export {
	type AuthenticateOptions,
	authenticate,
	PREFERRED,
} from "./authenticate.js";
export { SASL_URI } from "./blob.js";
export { tlsChannelBinding } from "./channel-binding.js";
export { decoys, SALT_OCTETS } from "./decoys.js";
export { digestSecret } from "./digest-md5.js";
export { isPassword } from "./password.js";
export { type Attempts, type SaslOptions, saslProfiles } from "./profile.js";
export { prepared } from "./saslprep.js";
export {
	DEFAULT_ITERATIONS,
	type ScramHash,
	type ScramVerifier,
	verifierOf,
} from "./scram.js";
export type { DigestOptions } from "./server/index.js";
export {
	type ChannelBinding,
	type ChannelBindingType,
	type Credentials,
	type Decoys,
	MECHANISMS,
	type MechanismName,
	type RandomOctets,
} from "./types.js";
