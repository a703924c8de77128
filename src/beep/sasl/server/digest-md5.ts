import {
	type Directives,
	FIRST,
	once,
	QOP,
	quoted,
	readDirectives,
	required,
	responseValue,
	SERVICE,
} from "../digest-md5.js";
import { equal, NONCE_OCTETS } from "../scram.js";
import type {
	ServerContext,
	ServerExchange,
	ServerMechanism,
	ServerStep,
} from "../types.js";
import { authorized, canonical, failed } from "./names.js";

export interface DigestOptions {
	/** The domains whose accounts have a secret for it. */
	readonly realms: readonly string[];
	/** The names that a client may know this server by; not looked at where absent. */
	readonly hosts?: readonly string[];
}

// RFC 2831 §2.1.2
const MAX_RESPONSE = 4096;

/** DIGEST-MD5, RFC 2831: for the old clients of RFC 3340 §11, and only where asked for. */
export function digestMd5(options: DigestOptions): ServerMechanism {
	return {
		name: "DIGEST-MD5",
		begin: (context) => new Exchange(options, context),
	};
}

class Exchange implements ServerExchange {
	readonly #options: DigestOptions;
	readonly #context: ServerContext;
	readonly #nonce: string;
	#asked = false;

	constructor(options: DigestOptions, context: ServerContext) {
		this.#options = options;
		this.#context = context;
		this.#nonce = context.random(NONCE_OCTETS).toString("base64");
	}

	async step(response: Buffer | undefined): Promise<ServerStep> {
		if (this.#asked && response !== undefined) return this.#check(response);
		// the server speaks first; RFC 2831 §2.2 lets it ignore what an earlier exchange left
		this.#asked = true;
		return { kind: "challenge", blob: Buffer.from(this.#challenge()) };
	}

	#challenge(): string {
		return [
			...this.#options.realms.map((realm) => `realm=${quoted(realm)}`),
			`nonce=${quoted(this.#nonce)}`,
			`qop=${quoted(QOP)}`,
			"charset=utf-8",
			"algorithm=md5-sess",
		].join(",");
	}

	async #check(octets: Buffer): Promise<ServerStep> {
		if (octets.length >= MAX_RESPONSE) throw failed();
		const directives = directivesOf(octets);
		const user = required(directives, "username");
		const realm = once(directives, "realm") ?? "";
		const response = required(directives, "response");
		const parts = {
			nonce: required(directives, "nonce"),
			cnonce: required(directives, "cnonce"),
			uri: required(directives, "digest-uri"),
			authorization: once(directives, "authzid"),
		};
		const name = canonical(this.#context, user);
		const { admit, credentials, decoys } = this.#context;
		await admit(name);
		const account = await credentials.digest?.(name, realm);
		const secret = account ?? decoys.digest(name, realm);
		const expected = responseValue(secret, parts, "client");
		const proves = equal(Buffer.from(response), Buffer.from(expected));
		if (!proves || account === undefined || !this.#isOurs(directives, realm)) {
			throw failed();
		}
		return {
			kind: "success",
			identity: authorized(this.#context, name, parts.authorization),
			blob: Buffer.from(`rspauth=${responseValue(secret, parts, "server")}`),
		};
	}

	/** Whether the response is to this challenge, and meant for this server. */
	#isOurs(directives: Directives, realm: string): boolean {
		const { realms, hosts } = this.#options;
		const [service = "", host = ""] = required(directives, "digest-uri")
			.toLowerCase()
			.split("/");
		return (
			required(directives, "nonce") === this.#nonce &&
			required(directives, "nc") === FIRST &&
			(once(directives, "qop") ?? QOP).toLowerCase() === QOP &&
			realms.includes(realm) &&
			service === SERVICE &&
			(hosts?.includes(host) ?? true)
		);
	}
}

/** RFC 2831 §2.1.2: without a charset directive, ISO 8859-1. */
function directivesOf(octets: Buffer): Directives {
	const directives = readDirectives(octets.toString());
	return once(directives, "charset") === undefined
		? readDirectives(octets.toString("latin1"))
		: directives;
}
