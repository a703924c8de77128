/** Who may log in, and what is kept of their passwords. */
import type { ScramHash, ScramVerifier } from "../beep/index.js";
import type { Endpoint } from "../names/index.js";

/** An account, as it is stored. The password cannot be read from it. */
export interface Account {
	/** The SASL user name: an endpoint without a subaddress. */
	readonly name: Endpoint;
	readonly scram: Readonly<Record<ScramHash, ScramVerifier>>;
	/**
	 * H(user:realm:password) for DIGEST-MD5, the realm being the domain. Whoever has it can log
	 * in with it, so it is there only where it was asked for.
	 */
	readonly digest?: Buffer;
}

/** What the accounts need of a store. `done` is called once that is durable. */
export interface AccountStore {
	/** Adds an account, or replaces the one of the same name. */
	setAccount(account: Account, done: () => void): void;
	removeAccount(name: Endpoint, done: () => void): void;
	accounts(): AsyncIterable<Account>;
	/** Octets that are kept for as long as the accounts are. */
	setAccountSecret(secret: Buffer, done: () => void): void;
	accountSecret(): Promise<Buffer | undefined>;
}
