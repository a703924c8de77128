import { type Endpoint, parseEndpoint } from "../names/index.js";
import { ApexError } from "./error.js";
import type { Heard, OperationReply } from "./heard.js";
import { InProgress, type InProgressOptions } from "./in-progress.js";
import { Mailbox } from "./mailbox.js";
import { terminateElement } from "./messages.js";
import type { Operations } from "./operations.js";

/** What a `notify` says, RFC 3343 §4.6. */
export interface Subscriber {
	readonly subscriber: Endpoint;
	/** The seconds that were asked for; 0 for a poll, and for a termination. */
	readonly duration: number;
	readonly action: "subscribe" | "terminate";
}

/** How many notices may wait for a reader before its watch fails: the list would have a hole. */
const WAITING = 10_000;

/** A watch: an iteration of those who subscribe, and of those who cease to. RFC 3343 §4.3. */
export class Watch extends InProgress<Subscriber> {
	protected readonly mailbox = new Mailbox<Subscriber>(WAITING, () =>
		this.stop(),
	);
	#replaced: Watch | undefined;
	#accepted = false;

	/** @param replaced an earlier watch of the subject, which this one will end */
	constructor(
		subject: Endpoint,
		operations: Operations,
		options: InProgressOptions,
		replaced?: Watch,
	) {
		super("watch", subject, operations, options);
		this.#replaced = replaced;
	}

	/** Half a list is none. */
	override lost(error: Error): void {
		super.lost(error);
		if (this.once) this.end(error);
	}

	protected took({ element }: Heard): void {
		if (element.name === "reply") this.#reply();
		if (element.name !== "notify") return;
		const { subscriber = "", duration, action } = element.attributes;
		const endpoint = parseEndpoint(subscriber);
		if (endpoint === undefined) return;
		const taken = this.mailbox.offer({
			subscriber: endpoint,
			duration: Number(duration),
			action: action === "terminate" ? "terminate" : "subscribe",
		});
		if (taken) return;
		this.end(new ApexError(451, "notices came faster than they were read"));
		this.tell();
	}

	/** The second answer to a single question is the one to its `terminate`, whatever it says. */
	protected override refused(reply: OperationReply): void {
		if (this.once && this.#accepted) this.end();
		else super.refused(reply);
	}

	protected override over(error: Error | undefined): void {
		if (error === undefined) this.#replaced?.end();
	}

	#reply(): void {
		// RFC 3343 §4.3 step 4
		this.#replaced?.end();
		this.#replaced = undefined;
		if (!this.once) return;
		if (this.#accepted) {
			this.end();
			return;
		}
		this.#accepted = true;
		// Nothing in RFC 3343 §4.3 says that the notices of a watch of duration 0 are complete.
		// But what one service sends to one endpoint comes in order, so an answer to a question
		// that was asked later comes behind them: 550, for there is nothing to terminate.
		const asked = terminateElement(this.transID);
		this.awaitAnswer();
		this.operations.send(this.service, asked).catch(() => this.end());
	}
}
