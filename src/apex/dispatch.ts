/** From a message to the operation that it asks for, and back to the answer. */
import { type Reply, reply } from "../names/index.js";
import { attach } from "./attach.js";
import { bind } from "./bind.js";
import { data } from "./data.js";
import type { Exchange, Operation } from "./exchange.js";
import type { Link, Serve } from "./link.js";
import {
	errorElement,
	errorPayload,
	OK,
	OK_PAYLOAD,
	type Received,
	readCreation,
	readMessage,
	refusalOf,
} from "./messages.js";
import type { RelayState } from "./state.js";
import { terminate } from "./terminate.js";

/** RFC 3340 §8.1: the roots that start an exchange. */
const OPERATIONS: Readonly<Record<string, Operation>> = {
	attach,
	bind,
	terminate,
	data,
};

/** Works on the MSGs of APEX channels. */
export function serving(relay: RelayState): Serve {
	return (link, request) =>
		perform(relay, link, () => readMessage(request.payload, relay.limits), {
			ok: () => request.reply(OK_PAYLOAD),
			refuse: (refusal) => request.error(errorPayload(refusal)),
		});
}

/**
 * Works on what came with the creation of a channel, RFC 3340 §4.2.
 *
 * @returns the answer, which goes inside the `profile` element of a positive reply
 *   even when it is an `error`: the channel is created all the same (RFC 3080 §2.3.1.2)
 */
export function create(
	relay: RelayState,
	link: Link,
	content: string,
): Promise<string> {
	return new Promise((resolve) => {
		void perform(relay, link, () => readCreation(content, relay.limits), {
			ok: () => resolve(OK),
			refuse: (refusal) => resolve(errorElement(refusal)),
		});
	});
}

type Answer = Pick<Exchange, "ok" | "refuse">;

function perform(
	relay: RelayState,
	link: Link,
	read: () => Received,
	answer: Answer,
): void | Promise<void> {
	const { peer } = link.peer.session;
	let answered = false;
	const refuse = (refusal: Reply): void => {
		answered = true;
		relay.log.info({ peer, code: refusal.code }, refusal.text);
		answer.refuse(refusal);
	};
	const failed = (error: unknown): void => {
		const refusal = refusalOf(error);
		if (refusal === undefined || answered) {
			relay.log.error({ peer, err: error }, "an operation failed");
		}
		if (!answered) refuse(refusal ?? reply(451));
	};
	const ok = (): void => {
		answered = true;
		answer.ok();
	};
	try {
		const received = read();
		const { name } = received.document.root;
		const operation = OPERATIONS[name];
		if (operation === undefined) return refuse(reply(501, `no ${name} here`));
		if (relay.closing && (operation === attach || operation === bind)) {
			return refuse(reply(421, "the relay stops"));
		}
		return operation(relay, { link, received, ok, refuse })?.catch(failed);
	} catch (error) {
		failed(error);
	}
}
