import type { Payload } from "../beep/index.js";
import type { Endpoint } from "../names/index.js";
import { DataDelivery } from "./delivery.js";
import { whenLocated } from "./directory.js";
import { TAKEN } from "./limits.js";
import { readMessage } from "./messages.js";
import { RelayRoute } from "./route.js";
import type { Post, Route, Telling } from "./service.js";
import type { RelayState } from "./state.js";
import { afterContent, beforeContent, locate, withPart } from "./told.js";

type SendOptions = NonNullable<Parameters<Post["send"]>[3]>;

/** Sends what the services of a relay have to say. */
export class RelayPost implements Post {
	readonly #relay: RelayState;

	constructor(relay: RelayState) {
		this.#relay = relay;
	}

	route(from: Endpoint, to: Endpoint, telling: Telling): Route {
		return new RelayRoute(this.#relay, { from, to, telling });
	}

	send(
		from: Endpoint,
		to: Endpoint,
		content: string,
		{ replaceKey, perData, beside, done }: SendOptions = {},
	): void {
		const before = beforeContent(this.#relay, from, to, perData);
		const payload = withPart(before + content + afterContent, beside);
		const sent =
			perData === undefined
				? whenLocated(locate(this.#relay, from, to), (place) => {
						if (place === undefined) {
							done?.("absent");
							return;
						}
						place.put({
							payload,
							...(replaceKey && { replaceKey }),
							...(done && { done }),
						});
					})
				: this.#process(payload, done);
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
}
