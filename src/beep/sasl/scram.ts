/** The arithmetic of SCRAM: RFC 5802 §3. */
import { createHash, createHmac, pbkdf2, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";

/** The hash of a SCRAM mechanism: RFC 5802, RFC 7677. */
export type ScramHash = "SHA-1" | "SHA-256";

/** What a server keeps of a password; nobody can log in with it, but guesses can be checked. */
export interface ScramVerifier {
	readonly salt: Buffer;
	readonly iterations: number;
	readonly storedKey: Buffer;
	readonly serverKey: Buffer;
}

/** What both sides derive from the password. */
export interface ScramKeys {
	readonly clientKey: Buffer;
	readonly serverKey: Buffer;
}

const HASHES = {
	"SHA-1": { digest: "sha1", octets: 20 },
	"SHA-256": { digest: "sha256", octets: 32 },
} as const;

/** RFC 5802 §5.1: the fewest iterations that a server should ask for. */
export const MIN_ITERATIONS = 4096;

/** The most that a client puts up with: a server must not keep it busy for minutes. */
export const MAX_ITERATIONS = 10_000_000;

/** For new accounts: some tens of milliseconds for whoever logs in, and for each guess. */
export const DEFAULT_ITERATIONS = 65_536;

/** Each side's share of the nonce. */
export const NONCE_OCTETS = 24;

const derive = promisify(pbkdf2);

/** Octets that the hash yields. */
export function hashOctets(hash: ScramHash): number {
	return HASHES[hash].octets;
}

export function h(hash: ScramHash, octets: Buffer): Buffer {
	return createHash(HASHES[hash].digest).update(octets).digest();
}

export function hmac(hash: ScramHash, key: Buffer, text: string): Buffer {
	return createHmac(HASHES[hash].digest, key).update(text).digest();
}

/** @param password as SASLprep leaves it */
export async function keysOf(
	hash: ScramHash,
	password: string,
	{ salt, iterations }: Pick<ScramVerifier, "salt" | "iterations">,
): Promise<ScramKeys> {
	const { digest, octets } = HASHES[hash];
	const salted = await derive(password, salt, iterations, octets, digest);
	return {
		clientKey: hmac(hash, salted, "Client Key"),
		serverKey: hmac(hash, salted, "Server Key"),
	};
}

/** @param password as SASLprep leaves it */
export async function verifierOf(
	hash: ScramHash,
	password: string,
	parts: Pick<ScramVerifier, "salt" | "iterations">,
): Promise<ScramVerifier> {
	const { clientKey, serverKey } = await keysOf(hash, password, parts);
	const { salt, iterations } = parts;
	return { salt, iterations, storedKey: h(hash, clientKey), serverKey };
}

/** Whether a client key is the one that a verifier was made from. */
export function isVerified(
	hash: ScramHash,
	clientKey: Buffer,
	{ storedKey }: ScramVerifier,
): boolean {
	return equal(h(hash, clientKey), storedKey);
}

/** Compares in a time that tells nothing but whether the lengths differ. */
export function equal(one: Buffer, other: Buffer): boolean {
	return one.length === other.length && timingSafeEqual(one, other);
}

/** Exclusive or, over the length of the mask. */
export function xor(octets: Buffer, mask: Buffer): Buffer {
	return Buffer.from(mask.map((octet, i) => octet ^ (octets[i] ?? 0)));
}
