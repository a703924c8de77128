/** Digest authentication, RFC 3261 §22 and RFC 2617, with MD5 and qop=auth. */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import {
	type Clock,
	type Endpoint,
	networkOf,
	parseEndpoint,
} from "../../names/index.js";
import { split, unquoted } from "./fields.js";
import type { Incoming } from "./incoming.js";
import type { Answer } from "./response.js";
import type { Attempts } from "./types.js";

/** How long a nonce may be used. */
const NONCE_SECONDS = 300;

/** What is needed to tell who asks. */
export interface DigestParts {
	readonly clock: Clock;
	/** What nonces are made with. */
	readonly secret: Buffer;
	/** H(A1) of a user in a realm. */
	readonly digest: (user: string, realm: string) => Promise<Buffer | undefined>;
	readonly attempts: Attempts | undefined;
}

/** What a name that is nobody's is checked against: it takes as long, and is never right. */
const NOBODYS = Buffer.alloc(16);

/** For whoever has guessed too often. It says nothing of the guess: that was not looked at. */
const LATER: Answer = {
	status: 503,
	reason: "too many failures",
	fields: [["Retry-After", 60]],
};

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
		{ request, flow: { address } }: Pick<Incoming, "request" | "flow">,
		realm: string,
	): Promise<Endpoint | Answer> {
		const credentials = request.headers
			.all("Authorization")
			.map(parametersOf)
			.find((parameters) => parameters?.get("realm") === realm);
		const challenge = (stale?: "stale"): Answer =>
			this.#challenge(realm, address, stale);
		if (credentials === undefined) return challenge();
		const given = (name: string): string => credentials.get(name) ?? "";
		if (
			given("qop") !== "auth" ||
			!/^[0-9a-f]{8}$/i.test(given("nc")) ||
			!/^(?:MD5)?$/i.test(given("algorithm"))
		) {
			return challenge();
		}
		const { digest, attempts, clock } = this.#parts;
		const nonce = given("nonce");
		const made = this.#madeAt(nonce, address);
		// whether the password is right is not looked at: nobody fails in another's place
		if (made === undefined) return challenge("stale");
		// its URI need not be the Request-URI, which proxies change
		const user = given("username");
		const secret = await digest(user, realm);
		// nothing is awaited until a failure has been counted: what comes at once waits in line
		const now = clock.now();
		const turn = attempts === undefined ? now : attempts.turn(address, user);
		if (turn === undefined) return LATER;
		const response = responseOf(secret ?? NOBODYS, given, request.method);
		const right = equal(given("response"), response) && secret !== undefined;
		const who = right ? parseEndpoint(user) : undefined;
		if (who === undefined) attempts?.ended(address, user, false, turn);
		await this.#until(turn);
		if (who === undefined) return challenge();
		const count = Number.parseInt(given("nc"), 16);
		// RFC 2617 §3.3: only who knew the password is told that a nonce made for it is stale
		const stale =
			clock.now() > made + NONCE_SECONDS * 1000 ||
			count <= (this.#counts.get(nonce) ?? 0);
		if (stale) return challenge("stale");
		this.#sweep();
		this.#counts.set(nonce, count);
		attempts?.ended(address, user, true);
		return who;
	}

	async #until(instant: number): Promise<void> {
		const { clock } = this.#parts;
		if (instant <= clock.now()) return;
		await new Promise<void>((resolve) => {
			clock.at(instant, resolve);
		});
	}

	#challenge(realm: string, address: string, stale?: "stale"): Answer {
		const nonce = this.#nonce(this.#parts.clock.now(), address);
		const value =
			`Digest realm="${realm}", nonce="${nonce}", algorithm=MD5, qop="auth"` +
			(stale === undefined ? "" : ", stale=true");
		return { status: 401, fields: [["WWW-Authenticate", value]] };
	}

	/** RFC 2617 §3.2.1: an instant, and proof that it was named here, to that address. */
	#nonce(made: number, address: string): string {
		const instant = made.toString(16);
		const proof = createHmac("sha256", this.#parts.secret)
			.update(`${instant} ${networkOf(address)}`)
			.digest("hex");
		return `${instant}-${proof.slice(0, 32)}`;
	}

	#madeAt(nonce: string, address: string): number | undefined {
		const made = instantOf(nonce);
		const genuine =
			Number.isSafeInteger(made) && equal(nonce, this.#nonce(made, address));
		return genuine ? made : undefined;
	}

	/** A count is of no use once its nonce is too old. */
	#sweep(): void {
		const { clock } = this.#parts;
		const oldest = clock.now() - NONCE_SECONDS * 1000;
		if (this.#swept > oldest) return;
		this.#swept = clock.now();
		for (const nonce of this.#counts.keys()) {
			if (instantOf(nonce) < oldest) this.#counts.delete(nonce);
		}
	}
}

/** When a nonce says that it was made, in milliseconds since 1970. */
function instantOf(nonce: string): number {
	return Number.parseInt(nonce, 16);
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
