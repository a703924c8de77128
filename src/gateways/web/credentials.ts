import {
	addressOf,
	type Endpoint,
	parseEndpoint,
	type Refusal,
	refusal,
} from "../../names/index.js";
import type { Arrival } from "./arrival.js";
import { Problem } from "./problem.js";
import type { WebParts } from "./types.js";

/** RFC 7617 §2. */
const BASIC = /^basic +([A-Za-z0-9+/_~.-]+=*)$/i;

const CHALLENGE = {
	"WWW-Authenticate": 'Basic realm="apex", charset="UTF-8"',
};

type CredentialsParts = Pick<WebParts, "dev" | "login" | "enter">;

/** Who asks. */
export class Credentials {
	readonly #parts: CredentialsParts;

	constructor(parts: CredentialsParts) {
		this.#parts = parts;
	}

	/** Whether one may act without having logged in. */
	get optional(): boolean {
		return this.#parts.dev;
	}

	/**
	 * Who an Authorization field says is asking.
	 *
	 * @returns undefined where there is no such field
	 */
	async basic(
		authorization: string | undefined,
		address: string | undefined,
	): Promise<Endpoint | Problem | undefined> {
		if (authorization === undefined) return undefined;
		const [, token] = BASIC.exec(authorization) ?? [];
		const pair = Buffer.from(token ?? "", "base64").toString();
		const colon = pair.indexOf(":");
		if (colon < 0) return unauthorized("these are no Basic credentials");
		const [user, password] = [pair.slice(0, colon), pair.slice(colon + 1)];
		const who = await this.login(user, password, address);
		if (typeof who === "string") return who;
		return who === WRONG ? unauthorized(who.text) : Problem.of(who);
	}

	/** As `basic`; without credentials it is the one named, where nobody needs to log in. */
	async acting(
		authorization: string | undefined,
		{ address }: Arrival,
		named: Endpoint,
	): Promise<Endpoint | Problem> {
		const who = await this.basic(authorization, address);
		if (who !== undefined) return who;
		return this.optional ? named : unauthorized("log in", 530);
	}

	/** @returns why not, if so: 535, or 454 for whoever has guessed too often */
	async login(
		user: string,
		password: string,
		address: string | undefined,
	): Promise<Endpoint | Refusal> {
		if (!this.#parts.dev) return this.#checked(user, password, address);
		const endpoint = parseEndpoint(user);
		if (endpoint !== undefined) await this.enter(endpoint);
		return endpoint ?? WRONG;
	}

	/** Somebody acts as an endpoint, who perhaps has never done so before. */
	async enter(endpoint: Endpoint): Promise<void> {
		if (this.#parts.dev) await this.#parts.enter?.(endpoint);
	}

	async #checked(
		...login: Parameters<CredentialsParts["login"]>
	): Promise<Endpoint | Refusal> {
		try {
			return (await this.#parts.login(...login)) ?? WRONG;
		} catch (error) {
			const { code, message } = error as Error & { code?: unknown };
			if (code !== 454) throw error;
			return refusal(code, message);
		}
	}
}

const WRONG = refusal(535, "the user name or the password is wrong");

/** Whether who has logged in may act as an endpoint: as itself, or a subaddress of itself. */
export function mayActAs(who: Endpoint, endpoint: Endpoint): boolean {
	return endpoint === who || addressOf(endpoint) === who;
}

function unauthorized(detail: string, code: 530 | 535 = 535): Problem {
	return new Problem(401, detail, { code, headers: CHALLENGE });
}
