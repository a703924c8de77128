import type { Tuple } from "../../presence/index.js";
import {
	attribute,
	type Element,
	elementsOf,
	endpointOf,
	textOf,
	timestampOf,
	XmlError,
} from "../../xml/index.js";
import type { PresenceExchange } from "./exchange.js";

/** RFC 3343 §4.4. */
export function publish(element: Element, exchange: PresenceExchange): void {
	const [entry] = elementsOf(element);
	if (entry === undefined) throw new XmlError(501, "publish without presence");
	exchange.presence.publish(
		{
			domain: exchange.domain,
			originator: exchange.originator,
			subject: endpointOf(element, "publisher"),
			publisher: endpointOf(entry, "publisher"),
			lastUpdate: timestampOf(entry, "lastUpdate"),
			publisherInfo: attribute(entry, "publisherInfo"),
			tuples: elementsOf(entry).map(tupleOf),
		},
		// steps 1 to 5 bring a text, step 6.3 none
		(answer) =>
			exchange.reply(answer.code, answer.code === 250 ? "" : answer.text),
	);
}

/** A `tuple` of a `presence` element, RFC 3343 §3. */
export function tupleOf(element: Element): Tuple {
	return {
		destination: attribute(element, "destination"),
		availableUntil: attribute(element, "availableUntil"),
		tupleInfo: attribute(element, "tupleInfo"),
		capabilities: elementsOf(element).map((capability) => ({
			baseline: attribute(capability, "baseline"),
			text: textOf(capability),
		})),
	};
}
