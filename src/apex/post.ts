import { createHash } from "node:crypto";
import type { Payload } from "../beep/index.js";
import { BEEP_XML, beepXml, writeRelated } from "../mime/index.js";
import { domainOf, type Endpoint, isService } from "../names/index.js";
import { escapeAttribute } from "../xml/index.js";
import { DataDelivery } from "./delivery.js";
import { type Place, whenLocated } from "./directory.js";
import { TAKEN } from "./limits.js";
import { readMessage } from "./messages.js";
import { hopsOption } from "./options/data-hopping.js";
import type { PartBeside, Post } from "./service.js";
import { type RelayState, relayOf } from "./state.js";

type SendOptions = NonNullable<Parameters<Post["send"]>[3]>;

/** Sends what the services of a relay have to say. */
export class RelayPost implements Post {
	readonly #relay: RelayState;

	constructor(relay: RelayState) {
		this.#relay = relay;
	}

	send(
		from: Endpoint,
		to: Endpoint,
		content: string,
		{ replaceKey, perData, beside, done }: SendOptions = {},
	): void {
		const sent =
			perData === undefined
				? whenLocated(this.#locate(from, to), (place) => {
						if (place === undefined) {
							done?.("absent");
							return;
						}
						const data = payloadOf(from, to, content, this.#added(to));
						place.put({ payload: withPart(data, beside), replaceKey, done });
					})
				: this.#process(
						withPart(payloadOf(from, to, content, perData), beside),
						done,
					);
		sent?.catch((err: unknown) => {
			this.#relay.log.error({ from, to, err }, "a service could not send");
			done?.("absent");
		});
	}

	/** What has options is worked on like the data of an application. */
	#process(payload: Payload, done: SendOptions["done"]): void | Promise<void> {
		const received = readMessage(
			typeof payload === "string" ? Buffer.from(payload) : payload,
			TAKEN,
		);
		return new DataDelivery(this.#relay, received).deliver(undefined, [
			{ ended: ({ code }) => done?.(code === 250 ? "acknowledged" : "absent") },
		]);
	}

	/** RFC 3340 §4.4.4.1: the options that an administration adds. */
	#added(to: Endpoint): string {
		const { isOurs, limits } = this.#relay;
		return isOurs(domainOf(to)) ? "" : hopsOption(limits.hops);
	}

	/** RFC 3340 §4.4.4.1 step 5, where the originator is a service of this relay. */
	#locate(
		from: Endpoint,
		to: Endpoint,
	): Place | undefined | Promise<Place | undefined> {
		const { isOurs, decide, directory } = this.#relay;
		const domain = domainOf(to);
		if (!isOurs(domain)) return relayOf(this.#relay, domain);
		// services do not talk to each other
		if (isService(to) || !decide(to, from, "core:data")) return undefined;
		return directory.locate(to);
	}
}

// Presence is told to many: the message is joined from prepared pieces, and not built.
const BEFORE_ORIGINATOR = beepXml(
	`<data content="#Content"><originator identity="`,
);
const BEFORE_RECIPIENT = `" /><recipient identity="`;
const BEFORE_OPTIONS = `" />`;
const BEFORE_CONTENT = `<data-content Name="Content">`;
const AFTER_CONTENT = "</data-content></data>";

function payloadOf(
	from: Endpoint,
	to: Endpoint,
	content: string,
	perData: string,
): string {
	return (
		BEFORE_ORIGINATOR +
		escapeAttribute(from) +
		BEFORE_RECIPIENT +
		escapeAttribute(to) +
		BEFORE_OPTIONS +
		perData +
		BEFORE_CONTENT +
		content +
		AFTER_CONTENT
	);
}

/** RFC 3340 §4.1: what the content refers to by its `cid:` goes with it. */
function withPart(data: string, beside: PartBeside | undefined): Payload {
	if (beside === undefined) return data;
	const xml = data.slice(beepXml("").length);
	const root = { contentId: `data.${beside.contentId}`, contentType: BEEP_XML };
	// nobody can have put into the part what is made from all of it
	const boundary = createHash("sha256").update(beside.body).digest("hex");
	return writeRelated(boundary, { ...root, body: xml }, beside);
}
