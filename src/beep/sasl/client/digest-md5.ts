import { BeepError } from "../../error.js";
import {
	type DigestParts,
	type Directives,
	digestSecret,
	FIRST,
	once,
	QOP,
	quoted,
	readDirectives,
	required,
	responseValue,
	SERVICE,
} from "../digest-md5.js";
import { NONCE_OCTETS } from "../scram.js";
import type {
	ClientContext,
	ClientExchange,
	ClientMechanism,
} from "../types.js";
import { credentialsOf, impostor, unexpected } from "./credentials.js";

/** DIGEST-MD5, RFC 2831: for servers that know nothing better. */
export const digestMd5: ClientMechanism = {
	name: "DIGEST-MD5",
	suits: ({ user, password, host }) =>
		user !== undefined && password !== undefined && host !== undefined,
	begin: (context) => new Exchange(context),
};

class Exchange implements ClientExchange {
	readonly initial = undefined;
	readonly #context: ClientContext;
	/** What the server has to say in the end. */
	#expected: string | undefined;
	#proved = false;

	constructor(context: ClientContext) {
		this.#context = context;
	}

	async step(challenge: Buffer): Promise<Buffer> {
		if (this.#proved) return unexpected();
		const directives = readDirectives(challenge.toString());
		if (this.#expected === undefined) return this.#respond(directives);
		if (required(directives, "rspauth") !== this.#expected) throw impostor();
		this.#proved = true;
		return Buffer.alloc(0);
	}

	complete(): void {
		if (!this.#proved) throw impostor();
	}

	#respond(challenge: Directives): Buffer {
		const { user, password } = credentialsOf(this.#context);
		const { host = "", authorization, random } = this.#context;
		checkOffer(challenge);
		const realm = realmFor(user, challenge.get("realm") ?? []);
		const parts: DigestParts = {
			nonce: required(challenge, "nonce"),
			cnonce: random(NONCE_OCTETS).toString("base64"),
			uri: `${SERVICE}/${host}`,
			authorization,
		};
		const secret = digestSecret(user, realm, password);
		this.#expected = responseValue(secret, parts, "server");
		return Buffer.from(
			[
				"charset=utf-8",
				`username=${quoted(user)}`,
				`realm=${quoted(realm)}`,
				`nonce=${quoted(parts.nonce)}`,
				`cnonce=${quoted(parts.cnonce)}`,
				`nc=${FIRST}`,
				`qop=${QOP}`,
				`digest-uri=${quoted(parts.uri)}`,
				`response=${responseValue(secret, parts, "client")}`,
				...(authorization ? [`authzid=${quoted(authorization)}`] : []),
			].join(","),
		);
	}
}

/** RFC 2831 §2.1.1: what must be there, and be something that is known here. */
function checkOffer(challenge: Directives): void {
	const qop = (once(challenge, "qop") ?? QOP).split(/[\s,]+/);
	const isKnown = required(challenge, "algorithm") === "md5-sess";
	if (
		!isKnown ||
		!qop.includes(QOP) ||
		once(challenge, "charset") !== "utf-8"
	) {
		throw new BeepError(504, "the server wants a DIGEST-MD5 of another kind");
	}
}

/** The domain of the name, where that is a realm of the server. */
function realmFor(user: string, realms: readonly string[]): string {
	const domain = user.slice(user.lastIndexOf("@") + 1);
	return realms.find((realm) => realm === domain) ?? realms[0] ?? domain;
}
