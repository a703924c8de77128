/** Digest authentication, RFC 3261 §22 and RFC 2617, with MD5 and qop=auth. */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { type Clock, type Endpoint, parseEndpoint } from "../../names/index.js";
import { split, unquoted } from "./fields.js";
import type { Request } from "./message.js";
import type { Answer } from "./response.js";

/** What is needed to tell who asks. */
export interface DigestParts {
	readonly clock: Clock;
	/** What nonces are made with. */
	readonly secret: Buffer;
	readonly nonceSeconds: number;
	/** H(A1) of a user in a realm. */
	readonly digest: (user: string, realm: string) => Promise<Buffer | undefined>;
}

/** Who asks, as a request's Authorization proves it. */
export class Digest {
	readonly #parts: DigestParts;
	/** The last nonce count of each nonce that has been used. */
	readonly #counts = new Map<string, number>();
	#swept: number;

	constructor(parts: DigestParts) {
		this.#parts = parts;
		this.#swept = parts.clock.now();
	}

	/** @returns who asks, or the challenge or refusal to answer with */
	async authenticate(
		request: Request,
		realm: string,
	): Promise<Endpoint | Answer> {
		const credentials = request.headers
			.all("Authorization")
			.map(parametersOf)
			.find((parameters) => parameters?.get("realm") === realm);
		if (credentials === undefined) return this.#challenge(realm);
		const given = (name: string): string => credentials.get(name) ?? "";
		const { nonceSeconds, digest, clock } = this.#parts;
		const nonce = given("nonce");
		const made = this.#madeAt(nonce);
		if (
			made === undefined ||
			given("qop") !== "auth" ||
			!/^[0-9a-f]{8}$/i.test(given("nc")) ||
			!/^(?:MD5)?$/i.test(given("algorithm"))
		) {
			return this.#challenge(realm);
		}
		// its URI need not be the Request-URI, which proxies change
		const user = given("username");
		const secret = await digest(user, realm);
		const right =
			secret !== undefined &&
			equal(given("response"), responseOf(secret, given, request.method));
		const who = right ? parseEndpoint(user) : undefined;
		if (who === undefined) return this.#challenge(realm);
		const count = Number.parseInt(given("nc"), 16);
		// RFC 2617 §3.3: only who knew the password is told that the nonce is stale
		const stale =
			clock.now() > made + nonceSeconds * 1000 ||
			count <= (this.#counts.get(nonce) ?? 0);
		if (stale) return this.#challenge(realm, true);
		this.#sweep();
		this.#counts.set(nonce, count);
		return who;
	}

	#challenge(realm: string, stale = false): Answer {
		const nonce = this.#nonce(this.#parts.clock.now());
		const value =
			`Digest realm="${realm}", nonce="${nonce}", algorithm=MD5, qop="auth"` +
			(stale ? ", stale=true" : "");
		return { status: 401, fields: [["WWW-Authenticate", value]] };
	}

	/** RFC 2617 §3.2.1: an instant, and proof that it was named here. */
	#nonce(made: number): string {
		const instant = made.toString(16);
		const proof = createHmac("sha256", this.#parts.secret)
			.update(instant)
			.digest("hex");
		return `${instant}-${proof.slice(0, 32)}`;
	}

	#madeAt(nonce: string): number | undefined {
		const made = Number.parseInt(nonce, 16);
		return Number.isSafeInteger(made) && equal(nonce, this.#nonce(made))
			? made
			: undefined;
	}

	/** A count is of no use once its nonce is too old. */
	#sweep(): void {
		const { clock, nonceSeconds } = this.#parts;
		const oldest = clock.now() - nonceSeconds * 1000;
		if (this.#swept > oldest) return;
		this.#swept = clock.now();
		for (const nonce of this.#counts.keys()) {
			if ((this.#madeAt(nonce) ?? 0) < oldest) this.#counts.delete(nonce);
		}
	}
}

/** RFC 2617 §3.2.2.1. */
function responseOf(
	secret: Buffer,
	given: (name: string) => string,
	method: string,
): string {
	const a2 = md5(`${method}:${given("uri")}`);
	const parts = [given("nonce"), given("nc"), given("cnonce"), "auth"];
	return md5([secret.toString("hex"), ...parts, a2].join(":"));
}

function md5(text: string): string {
	return createHash("md5").update(text, "latin1").digest("hex");
}

function equal(given: string, right: string): boolean {
	const [a, b] = [Buffer.from(given), Buffer.from(right)];
	return a.length === b.length && timingSafeEqual(a, b);
}

function parametersOf(value: string): Map<string, string> | undefined {
	const scheme = /^Digest[ \t]+/i.exec(value)?.[0];
	if (scheme === undefined) return undefined;
	return new Map(
		split(value.slice(scheme.length), ",").map((pair): [string, string] => {
			const equals = pair.indexOf("=");
			const name = pair.slice(0, Math.max(equals, 0)).trim().toLowerCase();
			return [name, unquoted(pair.slice(equals + 1).trim())];
		}),
	);
}
