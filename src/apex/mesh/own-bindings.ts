import { BeepError } from "../../beep/index.js";
import { beepXml } from "../../mime/index.js";
import {
	type Domain,
	type Log,
	newTransID,
	type Random,
} from "../../names/index.js";
import { Association } from "../association.js";
import type { Link } from "../link.js";
import { bindElement, refusalIn } from "../messages.js";

/** What binding as a relay needs. */
export interface BindParts {
	/** The domains to bind on behalf of. */
	readonly domains: readonly Domain[];
	readonly random: Random;
	readonly log: Log;
}

/** A bind that this relay sends. RFC 3340 §4.4.2. */
export class OwnBind {
	readonly domain: Domain;
	readonly transID: number;

	constructor(domain: Domain, random: Random) {
		this.domain = domain;
		this.transID = newTransID(random);
	}

	get element(): string {
		return bindElement(this.domain, this.transID);
	}

	/** The other relay took it: until either side terminates it, data for the domain comes over the link. */
	taken(link: Link, forget: () => void = () => {}): Association {
		const binding = new Association(link, this.transID, forget, "relay");
		link.associate(binding);
		return binding;
	}
}

/**
 * Binds on behalf of our domains before anything else is said on a channel.
 *
 * @param created the answer to the first bind, where that went inside the start of the channel
 * @returns the binds that the other relay took
 * @throws BeepError 421 when the session ends before, MimeError or XmlError for what is no answer
 */
export async function bindFirst(
	link: Link,
	binds: readonly OwnBind[],
	created: string,
	log: Log,
): Promise<OwnBind[]> {
	const answers = await Promise.all(
		binds.map(async (bind, index) => {
			if (index === 0 && created.trim() !== "") return beepXml(created);
			const reply = await link.channel.request(beepXml(bind.element));
			if (reply.kind === "RPY" || reply.kind === "ERR") return reply.payload;
			throw new BeepError(421, "the session ended before a bind was answered");
		}),
	);
	return binds.filter((bind, index) => {
		const refusal = refusalIn(Buffer.from(answers[index] ?? ""));
		if (refusal !== undefined) warn(log, link, bind, refusal);
		return refusal === undefined;
	});
}

/** Binds on behalf of our domains at a relay that has bound here, over the channel that it chose. */
export function bindInReturn(
	link: Link,
	{ domains, random, log }: BindParts,
): void {
	for (const domain of domains) {
		const bind = new OwnBind(domain, random);
		link.outbox.put(
			{
				payload: beepXml(bind.element),
				done: (outcome) => {
					if (outcome === "acknowledged") bind.taken(link);
					if (outcome === "refused") warn(log, link, bind, outcome);
				},
			},
			link,
		);
	}
}

function warn(log: Log, link: Link, { domain }: OwnBind, why: string): void {
	const { peer } = link.peer.session;
	log.warn({ peer, domain, why }, "another relay does not let us bind");
}
