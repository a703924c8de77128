import { beepXml } from "../mime/index.js";
import { domainOf, type Endpoint, isService } from "../names/index.js";
import { escapeAttribute } from "../xml/index.js";
import { type Place, whenLocated } from "./directory.js";
import type { Post } from "./service.js";
import type { RelayState } from "./state.js";

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
		{ replaceKey, done }: Parameters<Post["send"]>[3] = {},
	): void {
		const sent = whenLocated(this.#locate(from, to), (place) => {
			if (place === undefined) done?.("absent");
			else
				place.put({ payload: payloadOf(from, to, content), replaceKey, done });
		});
		sent?.catch((err: unknown) => {
			this.#relay.log.error({ from, to, err }, "a service could not send");
			done?.("absent");
		});
	}

	/** RFC 3340 §4.4.4.1 step 5, where the originator is a service of this relay. */
	#locate(
		from: Endpoint,
		to: Endpoint,
	): Place | undefined | Promise<Place | undefined> {
		const { isOurs, decide, bindings, directory } = this.#relay;
		const domain = domainOf(to);
		if (!isOurs(domain)) return bindings.locate(domain);
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
const BEFORE_CONTENT = `" /><data-content Name="Content">`;
const AFTER_CONTENT = "</data-content></data>";

function payloadOf(from: Endpoint, to: Endpoint, content: string): string {
	return (
		BEFORE_ORIGINATOR +
		escapeAttribute(from) +
		BEFORE_RECIPIENT +
		escapeAttribute(to) +
		BEFORE_CONTENT +
		content +
		AFTER_CONTENT
	);
}
