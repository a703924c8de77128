import type { IncomingMessage, ServerResponse } from "node:http";
import type { Body, Published } from "../../cpp/index.js";
import { answer, SANDBOX } from "./answer.js";
import { readBody } from "./body.js";
import { etagOf, isMatched, readIfMatch } from "./etag.js";
import { negotiate } from "./negotiate.js";
import { Problem } from "./problem.js";
import { fetchOnce, type Parties, publishOnce } from "./profile.js";
import { formsOf } from "./representation.js";
import type { WebLimits, WebParts } from "./types.js";

type Parts = Pick<WebParts, "cpp" | "random" | "apexXml"> & {
	readonly limits: Pick<WebLimits, "webBodyOctets">;
};

/** `/presence/ENDPOINT`: the presence of an endpoint as a resource. */
export class PresenceResource {
	readonly #parts: Parts;

	constructor(parts: Parts) {
		this.#parts = parts;
	}

	/** GET and HEAD fetch, as RFC 3859 §3.4.3 says. */
	async get(
		{ headers }: IncomingMessage,
		response: ServerResponse,
		parties: Parties,
	): Promise<Problem | undefined> {
		const fetched = await fetchOnce(this.#parts, parties, (call) =>
			response.once("close", call),
		);
		if (fetched instanceof Problem) return fetched;
		const { types, make } = formsOf(fetched, this.#parts.apexXml);
		const form = make[negotiate(headers.accept, types) ?? -1];
		if (form === undefined) {
			return new Problem(406, `there is ${types.join(", ")}`);
		}
		const { contentType, octets } = form(fetched);
		const etag = etagOf(fetched.entry.lastUpdate, contentType, octets);
		const validators = { ETag: etag, Vary: "Accept, Authorization" };
		const ifNoneMatch = headers["if-none-match"];
		if (ifNoneMatch !== undefined && isMatched(ifNoneMatch, etag)) {
			answer(response, 304, validators);
			return undefined;
		}
		const fields = { ...SANDBOX, ...validators, "Content-Type": contentType };
		answer(response, 200, fields, octets);
		return undefined;
	}

	/** PUT publishes, as the only publication there is. */
	async put(
		request: IncomingMessage,
		response: ServerResponse,
		parties: Parties,
	): Promise<Problem | undefined> {
		const { headers } = request;
		const contentType = headers["content-type"];
		if (contentType === undefined) return untyped;
		const octets = await readBody(request, this.#parts.limits.webBodyOctets);
		if (octets instanceof Problem) return octets;
		const content = { contentType, octets };
		const { status, reply, lastUpdate } = await this.#publish(
			parties,
			content,
			// an endpoint always has presence, so nothing is PUT where there is none
			headers["if-none-match"] === undefined ? headers["if-match"] : "",
		);
		if (status === "failure" || lastUpdate === undefined) {
			return Problem.of(reply);
		}
		// RFC 9110 §9.3.4: what is stored is what came, so the tag may be told
		const etag = etagOf(lastUpdate, contentType, octets);
		answer(response, 204, { ETag: etag });
		return undefined;
	}

	/** Of several tags in If-Match one at the most holds, so they are tried in turn. */
	async #publish(
		parties: Parties,
		content: Body,
		ifMatch = "*",
	): Promise<Published> {
		const tags = readIfMatch(ifMatch);
		if (tags === "*") return publishOnce(this.#parts, parties, { content });
		const [first = NO_UPDATE, ...others] = tags;
		let published = await publishOnce(this.#parts, parties, {
			...{ content, ifMatch: first },
		});
		for (const other of others) {
			if (published.reply.code !== 555) break;
			published = await publishOnce(this.#parts, parties, {
				...{ content, ifMatch: other },
			});
		}
		return published;
	}
}

/** The `lastUpdate` of no entry: asked for so that the other refusals come first. */
const NO_UPDATE = -1;

const untyped = new Problem(415, "a Content-Type is needed");
