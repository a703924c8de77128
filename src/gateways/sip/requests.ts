/** Who asks for what: RFC 3261 §8.2. */
import {
	addressOf,
	type Domain,
	domainOf,
	type Endpoint,
	parseDomain,
} from "../../names/index.js";
import type { Digest } from "./digest.js";
import type { Incoming } from "./incoming.js";
import { endpointOf } from "./mapping.js";
import type { Request } from "./message.js";
import type { Publications } from "./publications.js";
import type { Registrar } from "./register.js";
import type { Answer, Respond } from "./response.js";
import { ALLOW_EVENTS } from "./subscribe.js";
import type { Subscriptions } from "./subscriptions.js";
import type { SipLimits } from "./types.js";
import { parseSipUri } from "./uri.js";

/** Those that are served. */
export const METHODS = ["SUBSCRIBE", "PUBLISH", "REGISTER", "OPTIONS"];
const ALLOW = METHODS.join(", ");

/** What requests are served by. */
export interface RequestsParts {
	readonly dev: boolean;
	/** Where `dev` is: whoever asks becomes an endpoint. */
	readonly enter: ((endpoint: Endpoint) => Promise<void>) | undefined;
	readonly isOurs: (domain: Domain) => boolean;
	readonly digest: Digest;
	readonly subscriptions: Subscriptions;
	readonly publications: Publications;
	readonly registrar: Registrar;
}

/** What is answered without a transaction: RFC 3261 §8.2.7. */
export function unanswerable(
	{ method, version, headers, body }: Request,
	{ sipBodyOctets }: SipLimits,
): Answer | undefined {
	if (version !== "2.0") return { status: 505 };
	if (method === "CANCEL") return { status: 481 };
	if (!METHODS.includes(method)) {
		return { status: 405, fields: [["Allow", ALLOW]] };
	}
	const required = headers.all("Require");
	if (required.length > 0) {
		return { status: 420, fields: [["Unsupported", required.join(", ")]] };
	}
	return body.length > sipBodyOctets ? { status: 413 } : undefined;
}

export class Requests {
	readonly #parts: RequestsParts;

	constructor(parts: RequestsParts) {
		this.#parts = parts;
	}

	/** A request that is no retransmission. */
	async serve(incoming: Incoming, respond: Respond): Promise<void> {
		const { request, from, to } = incoming;
		if (request.method === "OPTIONS") {
			respond({
				status: 200,
				fields: [
					["Allow", ALLOW],
					["Allow-Events", ALLOW_EVENTS],
				],
			});
			return;
		}
		const claimed = endpointOf(from.uri, this.#parts.isOurs);
		if (claimed === undefined) {
			respond({ status: 403, reason: "From names nobody" });
			return;
		}
		if (this.#parts.dev) await this.#parts.enter?.(claimed);
		const who = this.#parts.dev
			? claimed
			: await this.#authenticated(incoming, claimed);
		if (typeof who === "object") {
			respond(who);
			return;
		}
		const { method } = request;
		if (method === "REGISTER") {
			const record = endpointOf(to.uri, this.#parts.isOurs);
			respond(this.#register(incoming, who, record));
			return;
		}
		// in a dialog the Request-URI is our Contact, which names nobody
		const named = endpointOf(request.uri, this.#parts.isOurs);
		const target = named ?? endpointOf(to.uri, this.#parts.isOurs);
		if (method === "SUBSCRIBE") {
			this.#parts.subscriptions.receive(
				incoming,
				{ watcher: who, target },
				respond,
			);
		} else if (target === undefined) respond({ status: 404 });
		else {
			const parties = { originator: who, publisher: target };
			this.#parts.publications.receive(request, parties, respond);
		}
	}

	/** Who From names, where the one who asks may act as that one. */
	async #authenticated(
		incoming: Incoming,
		claimed: Endpoint,
	): Promise<Endpoint | Answer> {
		const realm = domainOf(claimed);
		if (!this.#parts.isOurs(realm)) {
			return { status: 403, reason: `${realm} is not served here` };
		}
		const who = await this.#parts.digest.authenticate(incoming, realm);
		if (typeof who === "object") return who;
		const may = who === claimed || who === addressOf(claimed);
		return may ? claimed : { status: 403, reason: "From names another" };
	}

	/** RFC 3261 §10.3, steps 1 to 5. */
	#register(
		incoming: Incoming,
		who: Endpoint,
		record: Endpoint | undefined,
	): Answer {
		const host = parseDomain(parseSipUri(incoming.request.uri)?.host ?? "");
		if (
			record === undefined ||
			!this.#parts.isOurs(domainOf(record)) ||
			host === undefined
		) {
			return { status: 404 };
		}
		if (who !== record) return { status: 403 };
		return this.#parts.registrar.register(record, incoming);
	}
}
