import { createHmac } from "node:crypto";
import {
	DEFAULT_ITERATIONS,
	hashOctets,
	type ScramHash,
	type ScramVerifier,
} from "./scram.js";
import type { Decoys } from "./types.js";

/** Octets of a salt, of real accounts as of others. */
export const SALT_OCTETS = 16;

/**
 * What unknown accounts are checked against. A name always gets the same salt, as it would if
 * there were an account, and nobody without the secret can tell the salt from a random one.
 *
 * @param secret at least 32 octets that stay the same for as long as the accounts do
 * @param iterations those of the accounts there are
 */
export function decoys(
	secret: Buffer,
	iterations: number = DEFAULT_ITERATIONS,
): Decoys {
	const octets = (length: number, ...what: string[]): Buffer =>
		createHmac("sha512", secret)
			.update(JSON.stringify(what))
			.digest()
			.subarray(0, length);
	return {
		verifier(name: string, hash: ScramHash): ScramVerifier {
			const length = hashOctets(hash);
			return {
				salt: octets(SALT_OCTETS, "salt", hash, name),
				iterations,
				storedKey: octets(length, "stored key", hash, name),
				serverKey: octets(length, "server key", hash, name),
			};
		},
		digest: (name, realm) => octets(16, "digest", realm, name),
	};
}
