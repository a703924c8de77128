import type { Delivery } from "../../apex/index.js";
import type { Remote, RemoteListener } from "../../cpp/index.js";
import {
	type Clock,
	type Endpoint,
	formatTimestamp,
	isReplyCode,
	type Refusal,
	refusal,
} from "../../names/index.js";
import type { Answer, Content, Entry } from "../../presence/index.js";
import {
	attribute,
	type Element,
	elementsOf,
	endpointOf,
	textOf,
	timestampOf,
} from "../../xml/index.js";
import { Consumer, type ConsumerParts, type Operation } from "./consumer.js";
import { presenceElement } from "./content.js";
import { tupleOf } from "./publish.js";

/** How often a publish is tried while others publish in between. */
const ATTEMPTS = 8;

type Subscribe = Parameters<Remote["subscribe"]>[0];
type Terminate = Parameters<Remote["terminate"]>[0];
type Publish = Parameters<Remote["publish"]>[0];

/** An entry of another domain. */
interface Known {
	readonly entry: Entry;
	/** The timestamp as it came, to the last digit. */
	readonly lastUpdate: string;
}

/** What a subscription in progress has brought, and who waits for what it brings next. */
interface Followed {
	readonly operation: Operation;
	readonly known: Known;
	readonly waiting: Set<(known: Known) => void>;
}

/** `apex=presence` of other domains, as gateways use it. RFC 3343 §4. */
export class PresenceElsewhere implements Remote {
	readonly #consumer: Consumer;
	readonly #clock: Clock;
	/** By watcher and target. */
	readonly #followed = new Map<string, Followed>();

	constructor(parts: ConsumerParts) {
		this.#consumer = new Consumer(parts);
		this.#clock = parts.clock;
	}

	/** Takes data for an endpoint of ours. @returns whether it is about something asked for here */
	take(delivery: Delivery): boolean {
		return this.#consumer.take(delivery);
	}

	subscribe(request: Subscribe, listener: RemoteListener): void {
		const { watcher, target, transID, duration } = request;
		let answered = false;
		const heard = (element: Element): void => {
			if (element.name === "publish") {
				const known = knownOf(element, target);
				if ("code" in known) {
					refuse(known);
					return;
				}
				if (duration === 0) this.#end(operation);
				else this.#follow(operation, known);
				answered = true;
				disarm();
				listener.update(known.entry);
			} else if (element.name === "terminate" && answered) {
				this.#end(operation);
				listener.ended();
			} else refuse(refusalOf(element));
		};
		const refuse = (reply: Refusal): void => {
			if (answered) return;
			answered = true;
			disarm();
			this.#end(operation);
			listener.refused(reply);
		};
		const operation = { originator: watcher, subject: target, transID, heard };
		const disarm = this.#consumer.patience(target, refuse);
		this.#consumer.begin(operation);
		this.#consumer.send(
			operation,
			{
				name: "subscribe",
				attributes: { publisher: target, duration, transID },
			},
			refuse,
		);
	}

	terminate({ watcher, target, transID }: Terminate): void {
		const name = { originator: watcher, subject: target, transID };
		const operation = this.#consumer.find(name);
		if (operation !== undefined) this.#end(operation);
		this.#consumer.send(name, { name: "terminate", attributes: { transID } });
	}

	publish(request: Publish, answer: (answer: Answer) => void): void {
		this.#attempt(request, answer, ATTEMPTS);
	}

	/** RFC 3343 §4.4 step 5: it takes the `lastUpdate` that the entry has; who is late looks again. */
	#attempt(
		request: Publish,
		answer: (answer: Answer) => void,
		attempts: number,
		than?: string,
	): void {
		this.#current(request, than, (known) => {
			if ("code" in known) return answer(known);
			const { entry, lastUpdate } = known;
			const { ifMatch, originator, publisher } = request;
			if (ifMatch !== undefined && ifMatch !== entry.lastUpdate) {
				return answer(refusal(555, `the entry has another lastUpdate`));
			}
			const now = this.#clock.now();
			const content = request.compose(entry, now);
			if ("code" in content) return answer(content);
			this.#consumer.ask(
				{ originator, subject: publisher },
				(transID) => ({
					name: "publish",
					attributes: { publisher, transID, timeStamp: formatTimestamp(now) },
					children: [presenceElement({ publisher, ...content }, lastUpdate)],
				}),
				(heard) => {
					const reply = "code" in heard ? heard : replyOf(heard);
					if (reply === undefined) {
						answer({ code: 250, entry: entryAfter(entry, content, now) });
					} else if (reply.code !== 555 || attempts === 1) answer(reply);
					else this.#attempt(request, answer, attempts - 1, lastUpdate);
				},
			);
		});
	}

	/** The entry, out of a subscription in progress or else by a poll, which would end that. */
	#current(
		{ originator, publisher }: Publish,
		than: string | undefined,
		use: (known: Known | Refusal) => void,
	): void {
		const pair = { originator, subject: publisher };
		const followed = this.#followed.get(keyOf(pair));
		if (followed !== undefined) {
			if (followed.known.lastUpdate !== than) use(followed.known);
			else this.#await(followed, publisher, use);
			return;
		}
		this.#consumer.ask(
			pair,
			(transID) => ({
				name: "subscribe",
				attributes: { publisher, duration: 0, transID },
			}),
			(heard) => {
				if ("code" in heard) use(heard);
				else if (heard.name === "publish") use(knownOf(heard, publisher));
				else use(refusalOf(heard));
			},
		);
	}

	/** RFC 3343 §4.2 step 4: what it has replaced there is over, without a word. */
	#follow(operation: Operation, known: Known): void {
		const pair = keyOf(operation);
		const before = this.#followed.get(pair);
		if (before !== undefined && before.operation !== operation) {
			this.#consumer.end(before.operation);
		}
		const waiting = before?.waiting ?? new Set();
		this.#followed.set(pair, { operation, known, waiting });
		for (const use of [...waiting]) use(known);
	}

	/** What others have published is on its way. */
	#await(
		{ waiting }: Followed,
		publisher: Endpoint,
		use: (known: Known | Refusal) => void,
	): void {
		const once = (known: Known | Refusal): void => {
			disarm();
			if (waiting.delete(once)) use(known);
		};
		const disarm = this.#consumer.patience(publisher, once);
		waiting.add(once);
	}

	#end(operation: Operation): void {
		this.#consumer.end(operation);
		const pair = keyOf(operation);
		if (this.#followed.get(pair)?.operation === operation) {
			this.#followed.delete(pair);
		}
	}
}

function keyOf({
	originator,
	subject,
}: Pick<Operation, "originator" | "subject">): string {
	return `${subject} ${originator}`;
}

function knownOf(publish: Element, target: Endpoint): Known | Refusal {
	const [presence] = elementsOf(publish);
	if (!presence || endpointOf(presence, "publisher") !== target) {
		return refusal(501, `a publish that is not about ${target}`);
	}
	return {
		lastUpdate: attribute(presence, "lastUpdate"),
		entry: {
			publisher: target,
			lastUpdate: timestampOf(presence, "lastUpdate").ms,
			publisherInfo: attribute(presence, "publisherInfo"),
			tuples: elementsOf(presence).map(tupleOf),
		},
	};
}

/** What a `reply` refuses, if it does. */
function replyOf(element: Element): Refusal | undefined {
	return element.name === "reply" && element.attributes.code === "250"
		? undefined
		: refusalOf(element);
}

function refusalOf(element: Element): Refusal {
	const code = Number(element.attributes.code);
	const known = isReplyCode(code) && code !== 250 ? code : 550;
	return refusal(known, textOf(element) || "the service did not say why");
}

function entryAfter(before: Entry, content: Content, now: number): Entry {
	const { publisher, lastUpdate } = before;
	return { publisher, ...content, lastUpdate: Math.max(now, lastUpdate + 1) };
}
