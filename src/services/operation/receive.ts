import type { Delivery, Post } from "../../apex/index.js";
import { domainOf, type Log, parseWhole } from "../../names/index.js";
import { type Dtd, type Element, validate, XmlError } from "../../xml/index.js";
import type { Exchange } from "./exchange.js";
import { reply } from "./reply.js";

/** What makes a service. */
export interface ServiceParts<Surroundings extends object> {
	readonly dtd: Dtd;
	/** By the name of its element, each operation that a consumer initiates. */
	readonly operations: Readonly<
		Record<
			string,
			(element: Element, exchange: Exchange & Surroundings) => void
		>
	>;
	/** What the operations find in their exchange besides. */
	readonly surroundings: Surroundings;
	readonly post: Post;
	readonly log: Log;
}

// What answers is never answered, so that no two services can talk in circles. What else they
// send each other is performed like anybody's, and the `reply` ends it.
const UNANSWERED = new Set([
	"reply",
	"notify",
	"allow",
	"deny",
	"statusResponse",
]);

/** Finds the operation that data asks a service for, and performs it. */
export function receive<Surroundings extends object>(
	delivery: Delivery,
	service: ServiceParts<Surroundings>,
): void {
	const { recipient, content } = delivery;
	const exchange = exchangeOf(delivery, service);
	if ("problem" in content) {
		// without an element there is no transID either, so nobody is told but the log
		exchange.ignore(content.problem.text, content.problem.code);
		return;
	}
	const { element } = content;
	const { name } = element;
	if (UNANSWERED.has(name)) {
		exchange.ignore(`a ${name} is not answered`);
		return;
	}
	try {
		const operation = Object.hasOwn(service.operations, name)
			? service.operations[name]
			: undefined;
		if (operation === undefined) {
			throw new XmlError(501, `${recipient} has no operation ${name}`);
		}
		operation(validate(element, service.dtd, [name]), exchange);
	} catch (error) {
		if (!(error instanceof XmlError)) throw error;
		exchange.reply(501, error.message);
	}
}

function exchangeOf<Surroundings extends object>(
	{ originator, recipient, content }: Delivery,
	{ surroundings, post, log }: ServiceParts<Surroundings>,
): Exchange & Surroundings {
	const text =
		"element" in content ? (content.element.attributes.transID ?? "") : "";
	const transID = parseWhole(text, 1);
	const record = (why: string, code?: number): void => {
		const fields = { originator, service: recipient };
		log.info(code === undefined ? fields : { ...fields, code }, why);
	};
	return {
		originator,
		domain: domainOf(recipient),
		ignore: record,
		send: (to, xml) => post.send(recipient, to, xml),
		reply(code, text) {
			if (transID === undefined) {
				// there is no transaction that a reply could belong to
				record(`not answered for want of a transID: ${text}`, code);
				return;
			}
			if (code === 501 || code === 450) record(text ?? "", code);
			post.send(recipient, originator, reply(code, String(transID), text));
		},
		// last: properties that are added to a copy are slow
		...surroundings,
	};
}
