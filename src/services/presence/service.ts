import type { Delivery, Post, Service } from "../../apex/index.js";
import {
	domainOf,
	type Endpoint,
	isService,
	type Log,
	parseWhole,
} from "../../names/index.js";
import type { Presence } from "../../presence/index.js";
import { dtds, type Element, validate, XmlError } from "../../xml/index.js";
import { reply } from "./content.js";
import type { Exchange } from "./exchange.js";
import { type ApexFace, NAME } from "./face.js";
import { publish } from "./publish.js";
import { subscribe } from "./subscribe.js";
import { terminate } from "./terminate.js";
import { watch } from "./watch.js";

/** RFC 3343 §4: the operations that a consumer initiates. */
const OPERATIONS: Readonly<
	Record<string, (element: Element, exchange: Exchange) => void>
> = { subscribe, watch, publish, terminate };

// What services send is never answered, so that no two services can talk in circles.
const UNANSWERED = new Set([
	"reply",
	"notify",
	"allow",
	"deny",
	"statusResponse",
]);

/** The service behind `apex=presence`: an element becomes an operation of the presence core. */
export class PresenceService implements Service {
	readonly name = NAME;
	readonly #presence: Presence;
	readonly #face: ApexFace;
	readonly #post: Post;
	readonly #log: Log;

	constructor(parts: {
		presence: Presence;
		face: ApexFace;
		post: Post;
		log: Log;
	}) {
		this.#presence = parts.presence;
		this.#face = parts.face;
		this.#post = parts.post;
		this.#log = parts.log;
	}

	receive(delivery: Delivery): void {
		const { originator, recipient, content } = delivery;
		const exchange = this.#exchange(delivery);
		if ("problem" in content) {
			// without an element there is no transID either, so nobody is told but the log
			exchange.ignore(content.problem.text, content.problem.code);
			return;
		}
		const { element } = content;
		if (UNANSWERED.has(element.name) || isService(originator)) {
			exchange.ignore(`a ${element.name} is not answered`);
			return;
		}
		try {
			const operation = OPERATIONS[element.name];
			if (operation === undefined) {
				throw new XmlError(
					501,
					`${recipient} has no operation ${element.name}`,
				);
			}
			operation(validate(element, dtds.presence, [element.name]), exchange);
		} catch (error) {
			if (!(error instanceof XmlError)) throw error;
			exchange.reply(501, error.message);
		}
	}

	/** An application has returned: RFC 3343 §4 keeps its operations, so it is brought up to date. */
	attached(endpoint: Endpoint): void {
		this.#presence.catchUp(this.#face, endpoint);
	}

	#exchange({ originator, recipient, content }: Delivery): Exchange {
		const text =
			"element" in content ? (content.element.attributes.transID ?? "") : "";
		const transID = parseWhole(text, 1);
		const record = (why: string, code?: number): void => {
			const fields = { originator, service: recipient };
			this.#log.info(code === undefined ? fields : { ...fields, code }, why);
		};
		return {
			presence: this.#presence,
			face: this.#face,
			originator,
			domain: domainOf(recipient),
			ignore: record,
			reply: (code, text) => {
				if (transID === undefined) {
					// there is no transaction that a reply could belong to
					record(`not answered for want of a transID: ${text}`, code);
					return;
				}
				if (code === 501) record(text ?? "", code);
				this.#post.send(
					recipient,
					originator,
					reply(code, String(transID), text),
				);
			},
		};
	}
}
