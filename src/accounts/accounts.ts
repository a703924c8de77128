import { randomBytes } from "node:crypto";
import {
	type Credentials,
	DEFAULT_ITERATIONS,
	type Decoys,
	decoys,
	digestSecret,
	prepared,
	type RandomOctets,
	SALT_OCTETS,
	type ScramHash,
	type ScramVerifier,
	verifierOf,
} from "../beep/index.js";
import {
	domainOf,
	type Endpoint,
	isService,
	isSubaddress,
	parseEndpoint,
} from "../names/index.js";
import { AccountError } from "./error.js";
import type { Account, AccountStore } from "./types.js";

export interface AccountsOptions {
	readonly random?: RandomOctets;
	/** For passwords that are set from now on. */
	readonly iterations?: number;
}

const SECRET_OCTETS = 32;

/** The accounts of a server, in memory, as they are in its store. */
export class Accounts implements Credentials {
	/** What a name without an account is checked against; the same after a restart. */
	readonly decoys: Decoys;
	readonly #store: AccountStore;
	readonly #random: RandomOctets;
	readonly #iterations: number;
	readonly #accounts = new Map<string, Account>();

	private constructor(
		store: AccountStore,
		secret: Buffer,
		options: Required<AccountsOptions>,
	) {
		this.decoys = decoys(secret, options.iterations);
		this.#store = store;
		this.#random = options.random;
		this.#iterations = options.iterations;
	}

	/** Reads the accounts. A store that has none yet is given what their secret is. */
	static async load(
		store: AccountStore,
		options: AccountsOptions = {},
	): Promise<Accounts> {
		const { random = randomBytes, iterations = DEFAULT_ITERATIONS } = options;
		let secret = await store.accountSecret();
		if (secret === undefined) {
			secret = random(SECRET_OCTETS);
			store.setAccountSecret(secret, () => {});
		}
		const accounts = new Accounts(store, secret, { random, iterations });
		for await (const account of store.accounts()) {
			accounts.#accounts.set(account.name, account);
		}
		return accounts;
	}

	/** Every account, by name. */
	list(): Account[] {
		return [...this.#accounts.values()].sort((a, b) =>
			a.name < b.name ? -1 : 1,
		);
	}

	get(name: Endpoint): Account | undefined {
		return this.#accounts.get(name);
	}

	/**
	 * Adds an account, or changes its password. Resolves when that is durable.
	 *
	 * @param digest whether to keep what DIGEST-MD5 needs, too
	 * @throws AccountError where there can be no such account, or no such password
	 */
	async set(
		name: Endpoint,
		password: string,
		{ digest = false }: { digest?: boolean } = {},
	): Promise<void> {
		checkName(name);
		const text = prepared(password, "stored");
		if (text === undefined) {
			throw new AccountError(
				"this password cannot be used: it is empty, or has characters that " +
					"SASLprep (RFC 4013) refuses",
			);
		}
		const account: Account = {
			name,
			scram: {
				"SHA-1": await this.#verifier("SHA-1", text),
				"SHA-256": await this.#verifier("SHA-256", text),
			},
			...(digest && { digest: digestSecret(name, domainOf(name), text) }),
		};
		await new Promise<void>((done) => this.#store.setAccount(account, done));
		this.#accounts.set(name, account);
	}

	/** Removes an account. Resolves when that is durable. @throws AccountError where there is none */
	async remove(name: Endpoint): Promise<void> {
		if (!this.#accounts.has(name)) {
			throw new AccountError(`there is no account ${name}`);
		}
		await new Promise<void>((done) => this.#store.removeAccount(name, done));
		this.#accounts.delete(name);
	}

	canonical(name: string): string {
		return parseEndpoint(name) ?? name;
	}

	async verifier(
		name: string,
		hash: ScramHash,
	): Promise<ScramVerifier | undefined> {
		return this.#accounts.get(name)?.scram[hash];
	}

	async digest(name: string, realm: string): Promise<Buffer | undefined> {
		const account = this.#accounts.get(name);
		if (account === undefined) return undefined;
		return domainOf(account.name) === realm ? account.digest : undefined;
	}

	#verifier(hash: ScramHash, password: string): Promise<ScramVerifier> {
		const salt = this.#random(SALT_OCTETS);
		return verifierOf(hash, password, { salt, iterations: this.#iterations });
	}
}

function checkName(name: Endpoint): void {
	if (isSubaddress(name)) {
		throw new AccountError(
			`${name} is a subaddress, which logs in as its owner`,
		);
	}
	if (isService(name)) throw new AccountError(`${name} is a service`);
	// a client sends the name as SASLprep leaves it
	if (prepared(name, "stored") !== name) {
		throw new AccountError(
			`${name} cannot log in: SASLprep (RFC 4013) changes or refuses it`,
		);
	}
}
