/** PUBLISH, RFC 3903 §6: publications by their entity-tags. What they say is composed by the core. */
import { type Cpp, formatPres, type GatewayStore } from "../../cpp/index.js";
import type { Clock, Endpoint, Random } from "../../names/index.js";
import type { Request } from "./message.js";
import { failureOf, readPublish } from "./publish.js";
import type { Respond } from "./response.js";
import { newToken } from "./token.js";
import type { SipLimits } from "./types.js";

/** A publication, as it is stored under its entity-tag. */
interface Publication {
	/** What the core calls it. */
	readonly name: string;
	readonly publisher: Endpoint;
	/** Milliseconds since 1970. */
	readonly ends: number;
}

export interface PublicationsParts {
	readonly cpp: Cpp;
	readonly clock: Clock;
	readonly random: Random;
	readonly limits: SipLimits;
	readonly store: GatewayStore | undefined;
	readonly transID: () => string;
}

const KEY = "publication:";

export class Publications {
	readonly #parts: PublicationsParts;
	readonly #byTag = new Map<string, Publication>();
	readonly #expiries = new Map<string, () => void>();
	readonly #counts = new Map<Endpoint, number>();

	constructor(parts: PublicationsParts) {
		this.#parts = parts;
	}

	get size(): number {
		return this.#byTag.size;
	}

	/** A PUBLISH of who has been authenticated. */
	receive(
		request: Request,
		{
			originator,
			publisher,
		}: { readonly originator: Endpoint; readonly publisher: Endpoint },
		respond: Respond,
	): void {
		const asked = readPublish(request, this.#parts.limits);
		if ("status" in asked) {
			respond(asked);
			return;
		}
		const { match, content, seconds } = asked;
		const known = match === undefined ? undefined : this.#byTag.get(match);
		if (match !== undefined && known?.publisher !== publisher) {
			// RFC 3903 §6 step 5
			respond({ status: 412 });
			return;
		}
		const most = this.#parts.limits.sipPublications;
		if (known === undefined && (this.#counts.get(publisher) ?? 0) >= most) {
			respond({ status: 403, reason: "too many publications" });
			return;
		}
		const { clock, random, transID, cpp } = this.#parts;
		const name = known?.name ?? newToken(random);
		const ends = clock.now() + seconds * 1000;
		// from now on another request with this entity-tag is too late
		if (match !== undefined) this.#remove(match);
		const tag = newToken(random);
		if (seconds > 0) this.#add(tag, { name, publisher, ends });
		cpp.publish(
			{
				originator: formatPres(originator),
				publisher: formatPres(publisher),
				transID: transID(),
				name,
				duration: seconds,
				...(content === undefined ? {} : { content }),
			},
			(published) => {
				const failure = failureOf(published, match !== undefined);
				if (failure === undefined) {
					const fields = [
						["SIP-ETag", tag],
						["Expires", seconds],
					] as const;
					respond({ status: 200, fields });
					return;
				}
				this.#remove(tag);
				// what was published before is as it was
				if (
					match !== undefined &&
					known !== undefined &&
					failure.status !== 412
				) {
					this.#add(match, known);
				}
				respond(failure);
			},
		);
	}

	/** A publication as it was stored. @returns whether it is one, and is live */
	restore(key: string, text: string): boolean {
		if (!key.startsWith(KEY)) return false;
		const publication: Publication = JSON.parse(text);
		if (publication.ends <= this.#parts.clock.now()) return false;
		this.#add(key.slice(KEY.length), publication);
		return true;
	}

	close(): void {
		for (const disarm of this.#expiries.values()) disarm();
	}

	#add(tag: string, publication: Publication): void {
		const { store, clock } = this.#parts;
		const { publisher, ends } = publication;
		this.#byTag.set(tag, publication);
		this.#expiries.set(
			tag,
			clock.at(ends, () => this.#remove(tag)),
		);
		this.#counts.set(publisher, (this.#counts.get(publisher) ?? 0) + 1);
		store?.put(`${KEY}${tag}`, JSON.stringify(publication));
	}

	#remove(tag: string): void {
		const publication = this.#byTag.get(tag);
		if (publication === undefined) return;
		const { publisher } = publication;
		this.#byTag.delete(tag);
		this.#expiries.get(tag)?.();
		this.#expiries.delete(tag);
		const count = (this.#counts.get(publisher) ?? 0) - 1;
		if (count <= 0) this.#counts.delete(publisher);
		else this.#counts.set(publisher, count);
		this.#parts.store?.put(`${KEY}${tag}`, undefined);
	}
}
