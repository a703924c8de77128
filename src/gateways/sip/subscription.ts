import type { Body, Response } from "../../cpp/index.js";
import type { Clock, Endpoint } from "../../names/index.js";
import type { Dialog, Phase } from "./dialog.js";
import type { Feed, FeedListener } from "./feed.js";
import { Notifier } from "./notifier.js";
import { isFatal, type NotifyParts, sendNotify } from "./notify.js";
import { offline, verdictOf } from "./policy.js";
import type { Answer } from "./response.js";
import type { SipLimits, Unpermitted } from "./types.js";
import type { Waiting } from "./waiting.js";

/** How long a watcher who is not permitted waits until it is asked again whether it is. */
const ASK_SECONDS = 30;

/** RFC 6665 §4.1.3. */
export type Reason =
	| "timeout"
	| "deactivated"
	| "rejected"
	| "noresource"
	| "giveup";

/** What all subscriptions share. */
export interface SubscriptionParts extends NotifyParts {
	readonly clock: Clock;
	readonly limits: SipLimits;
	readonly waiting: Waiting;
	readonly transID: () => string;
}

/** Who is in a dialog, and what the service does about it if it is not permitted. */
export interface Parties {
	readonly watcher: Endpoint;
	readonly target: Endpoint;
	readonly unpermitted: () => Unpermitted;
}

/** Something that was asked of the feed. */
interface Asked {
	readonly seconds: number;
	/** Milliseconds since 1970. */
	readonly at: number;
	/** Whether it was for a duration of something that had begun. */
	readonly refreshes: boolean;
	/** Answers the SUBSCRIBE; absent where the gateway asks by itself. */
	readonly respond?: Respond;
}

/** Answers the SUBSCRIBE. */
type Respond = (answer: Answer, granted: number) => void;

/** A subscription, RFC 6665 §4.2: what becomes of it, and what its NOTIFYs say. */
export class Subscription implements FeedListener {
	readonly #parts: SubscriptionParts;
	readonly #parties: Parties;
	readonly #feed: Feed;
	readonly #notifier: Notifier;
	readonly #asked = new Map<string, Asked>();
	readonly #removed: () => void;
	readonly dialog: Dialog;
	/** Whether the feed has said yes. */
	#begun = false;
	/** Undefined until the feed has answered. */
	#phase: Phase | undefined;
	/** Undefined while it goes on. */
	#final: Reason | undefined;
	#disarmEnd: () => void = () => {};
	#disarmAsk: () => void = () => {};

	/** @param removed called once, when it has ended */
	constructor(
		parts: SubscriptionParts,
		dialog: Dialog,
		parties: Parties,
		feed: (listener: FeedListener) => Feed,
		removed: () => void,
	) {
		this.#parts = parts;
		this.dialog = dialog;
		this.#parties = parties;
		this.#feed = feed(this);
		this.#removed = removed;
		const gap = parts.limits.sipNotifySeconds * 1000;
		this.#notifier = new Notifier(parts.clock, gap, (done) => this.#send(done));
	}

	/** A SUBSCRIBE has come: the first, another, or the last. */
	subscribe(seconds: number, respond: Respond): void {
		if (this.#final !== undefined) {
			respond({ status: 481 }, 0);
			return;
		}
		// one that waits for permission has nothing in progress to end
		if (seconds === 0 && this.#phase !== undefined && !this.#begun) {
			respond({ status: 200 }, 0);
			this.#finish("timeout");
			return;
		}
		const asked = { seconds, respond, refreshes: this.#begun };
		this.#ask(asked);
	}

	/** The dialog is as it was stored. */
	resume(): void {
		const { phase, ends } = this.dialog.state;
		this.#enter(phase);
		if (ends <= this.#parts.clock.now()) {
			this.#finish("timeout");
			return;
		}
		this.#armEnd();
		if (phase !== "active") this.#armAsk();
		else if (this.#feed.resume()) this.#begun = true;
		else this.#askAgain();
	}

	/** From now on nothing is sent; what is in progress stays so. */
	close(): void {
		this.#disarm();
		this.#notifier.close();
		this.#feed.detach();
	}

	answered(response: Response): void {
		const { transID, reply } = response;
		const asked = this.#asked.get(transID);
		this.#asked.delete(transID);
		if (asked === undefined) return;
		if (this.#final !== undefined) {
			asked.respond?.({ status: 481 }, 0);
			return;
		}
		if (asked.refreshes && asked.seconds > 0 && reply.code === 550) {
			// it ended while it was being refreshed
			this.#ask({ ...asked, refreshes: false });
			return;
		}
		const verdict = verdictOf(response, this.#parties.unpermitted);
		if (verdict.phase === undefined) {
			asked.respond?.(verdict.answer, 0);
			// nobody is told of the end of what never began
			if (this.#phase === undefined) this.#remove();
			else this.#finish(verdict.reason);
		} else if (asked.seconds === 0) {
			this.#enter(verdict.phase);
			asked.respond?.(verdict.answer, 0);
			this.#final = "timeout";
			this.#disarm();
			// to who is permitted the feed has something to say yet
			if (verdict.phase !== "active") this.#notifier.tell("now");
		} else this.#goOn(response, asked, verdict);
	}

	changed(): void {
		this.#notifier.tell(this.#final === undefined ? "later" : "now");
	}

	/** The core does not say why; the answer to asking again does. */
	ended(): void {
		if (this.#final !== undefined) return;
		this.#begun = false;
		if (this.dialog.state.ends > this.#parts.clock.now()) this.#askAgain();
		else this.#finish("timeout");
	}

	/** Something that is answered with a phase lasts as long as is granted. */
	#goOn(
		{ status, duration }: Response,
		{ seconds, at, respond }: Asked,
		{ phase, answer }: { readonly phase: Phase; readonly answer: Answer },
	): void {
		const earlier = this.#phase;
		this.#begun = status === "success";
		if (respond === undefined && earlier === "active" && phase === "pending") {
			// RFC 3857 §4.7.1: nothing goes from active to pending, but one may subscribe again
			this.#finish("deactivated");
			return;
		}
		const granted = this.#begun ? Math.min(duration, seconds) : seconds;
		this.#enter(phase);
		this.dialog.change({ phase, ends: at + granted * 1000 });
		this.#disarm();
		this.#armEnd();
		if (!this.#begun) this.#armAsk();
		respond?.(answer, granted);
		if (respond !== undefined || earlier !== phase) this.#notifier.tell("now");
	}

	#ask(request: Omit<Asked, "at">): void {
		const transID = this.#parts.transID();
		const { seconds, refreshes } = request;
		this.#asked.set(transID, { ...request, at: this.#parts.clock.now() });
		if (seconds === 0) this.#feed.last(transID);
		else if (refreshes) this.#feed.refresh(transID, seconds);
		else this.#feed.begin(transID, seconds);
	}

	/** Whether the watcher is permitted now. */
	#askAgain(): void {
		const left = this.dialog.state.ends - this.#parts.clock.now();
		if (left > 0)
			this.#ask({ seconds: Math.ceil(left / 1000), refreshes: false });
	}

	#enter(phase: Phase): void {
		const { waiting } = this.#parts;
		const { watcher, target } = this.#parties;
		const waited = this.#phase === "pending";
		this.#phase = phase;
		if (phase === "pending" && !waited) waiting.add(target, watcher);
		if (phase !== "pending" && waited) waiting.remove(target, watcher);
	}

	#armEnd(): void {
		const { ends } = this.dialog.state;
		this.#disarmEnd = this.#parts.clock.at(ends, () => this.#finish("timeout"));
	}

	#armAsk(): void {
		const { clock } = this.#parts;
		const next = clock.now() + ASK_SECONDS * 1000;
		this.#disarmAsk = clock.at(next, () => this.#askAgain());
	}

	#disarm(): void {
		this.#disarmEnd();
		this.#disarmAsk();
	}

	/** A last NOTIFY says so, and then it is forgotten. */
	#finish(reason: Reason): void {
		if (this.#final !== undefined) return;
		this.#final = reason;
		this.#disarm();
		this.#notifier.tell("now");
	}

	#remove(): void {
		if (this.dialog.ended) return;
		this.#final ??= "giveup";
		this.#disarm();
		this.#notifier.close();
		if (this.#phase === "pending") {
			this.#parts.waiting.remove(this.#parties.target, this.#parties.watcher);
		}
		this.dialog.end();
		this.#feed.leave();
		this.#removed();
	}

	#send(done: () => void): void {
		const isLast = this.#final !== undefined;
		const sent = sendNotify(
			this.#parts,
			this.dialog,
			{ state: this.#state(), body: () => this.#body() },
			(outcome) => {
				done();
				// RFC 6665 §4.2.2: who does not answer, or knows nothing of it, does not subscribe
				if (isFatal(outcome)) this.#remove();
			},
		);
		if (isLast || !sent) this.#remove();
	}

	#state(): string {
		if (this.#final !== undefined) return `terminated;reason=${this.#final}`;
		const left = this.dialog.state.ends - this.#parts.clock.now();
		// RFC 3856 §6.6.2: who is blocked politely does not see it
		const state = this.#phase === "pending" ? "pending" : "active";
		return `${state};expires=${Math.max(0, Math.ceil(left / 1000))}`;
	}

	#body(): Body | undefined {
		const permitted = this.#final === undefined || this.#final === "timeout";
		if (!permitted || this.#phase === "pending") return undefined;
		if (this.#phase === "active") return this.#feed.body();
		return offline(this.#parties.target, this.#parts.clock.now());
	}
}
