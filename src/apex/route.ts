import type { Ascii, Payload } from "../beep/index.js";
import { type Endpoint, isAscii } from "../names/index.js";
import { type Place, whenLocated } from "./directory.js";
import type { Message } from "./outbox.js";
import type { Outcome, Route, Telling } from "./service.js";
import type { RelayState } from "./state.js";
import { afterContent, beforeContent, locate, withPart } from "./told.js";

/** What a message that is not written yet counts for while it waits, in octets. */
const UNWRITTEN = 512;

/**
 * The way from a service to somebody whom it tells the same again and again. It is itself the
 * message that waits, so that somebody who does not read costs nothing, however much there
 * would be to tell.
 */
export class RelayRoute implements Route, Message {
	readonly payload = "";
	readonly octets = UNWRITTEN;
	readonly #relay: RelayState;
	readonly #from: Endpoint;
	readonly #to: Endpoint;
	readonly #telling: Telling;
	readonly #before: string;
	readonly #isAscii: boolean;
	/** Where it was put last, which is not kept for that; and what `decisions` was then. */
	#place: WeakRef<Place> | undefined;
	#decisions: number | undefined;

	constructor(
		relay: RelayState,
		{ from, to, telling }: { from: Endpoint; to: Endpoint; telling: Telling },
	) {
		this.#relay = relay;
		this.#from = from;
		this.#to = to;
		this.#telling = telling;
		this.#before = beforeContent(relay, from, to);
		this.#isAscii = isAscii(this.#before);
	}

	send(): void {
		const decisions = this.#relay.decisions?.();
		const known = this.#place?.deref();
		if (
			known?.isOver === false &&
			decisions !== undefined &&
			decisions === this.#decisions
		) {
			known.put(this);
			return;
		}
		this.#decisions = decisions;
		this.#place = undefined;
		const located = locate(this.#relay, this.#from, this.#to);
		whenLocated(located, (place) => this.#put(place))?.catch((err: unknown) => {
			const [from, to] = [this.#from, this.#to];
			this.#relay.log.error({ from, to, err }, "a service could not send");
			this.done("absent");
		});
	}

	leaving(): Payload | Ascii {
		const written = this.#telling.write();
		const data = this.#before + written.content + afterContent;
		if (written.beside !== undefined) return withPart(data, written.beside);
		return this.#isAscii && written.isAscii ? { ascii: data } : data;
	}

	done(outcome: Outcome): void {
		this.#telling.done(outcome);
	}

	#put(place: Place | undefined): void {
		this.#place = place && new WeakRef(place);
		if (place === undefined) this.done("absent");
		else place.put(this);
	}
}
