import { domainOf, type Endpoint, wellKnown } from "../names/index.js";
import { ApexError, ConnectionError, TimeoutError } from "./error.js";
import { errorOf, type Heard, replyOf } from "./heard.js";
import type { Mailbox } from "./mailbox.js";
import type { Listener, Operations } from "./operations.js";
import { TIMEOUT } from "./within.js";

/** Seconds by which two clocks may differ over the length of an operation. */
const DRIFT = 1;

/** What `subscribe` and `watch` take. */
export interface InProgressOptions {
	/** Seconds, 0..2147483647; 0 asks once. By default a day. */
	readonly duration?: number;
	/** Ends the operation: the iteration ends, and the service is told. */
	readonly signal?: AbortSignal;
}

/** A `subscribe` or a `watch` from its beginning to its end. RFC 3343 §4.2, §4.3. */
export abstract class InProgress<Item>
	implements AsyncIterable<Item>, Listener
{
	readonly subject: Endpoint;
	protected readonly operations: Operations;
	protected readonly service: Endpoint;
	protected readonly transID: number;
	readonly #kind: "subscribe" | "watch";
	readonly #duration: number;
	/** Milliseconds since 1970. */
	readonly #ends: number;
	readonly #signal: AbortSignal | undefined;
	readonly #aborted = (): void => void this.stop();
	#over = false;
	#callOff: (() => void) | undefined;

	constructor(
		kind: "subscribe" | "watch",
		subject: Endpoint,
		operations: Operations,
		{ duration = 86400, signal }: InProgressOptions,
	) {
		this.#kind = kind;
		this.subject = subject;
		this.operations = operations;
		// RFC 3343 §4: the service of the administrative domain of the subject
		this.service = presenceService(subject);
		this.#duration = duration;
		this.#ends = operations.clock.now() + duration * 1000;
		this.#signal = signal;
		this.transID = operations.listen(this.service, this);
	}

	/** Where the items go. */
	protected abstract readonly mailbox: Mailbox<Item>;

	/** The service said something that is neither a refusal nor the end. */
	protected abstract took(heard: Heard): void;

	/** It is over. Called once. */
	protected over(_error: Error | undefined): void {}

	protected get once(): boolean {
		return this.#duration === 0;
	}

	/** Sends the operation. */
	begin(): void {
		if (this.#signal?.aborted) this.end();
		else if (this.operations.over) {
			this.end(new ConnectionError("the attachment has ended"));
		} else if (this.operations.attached) this.#ask(this.#duration);
		this.#signal?.addEventListener("abort", this.#aborted, { once: true });
	}

	heard(heard: Heard): void {
		this.#callOff?.();
		const { name } = heard.element;
		const reply = replyOf(heard);
		if (name === "terminate") this.end(this.#terminated(reply));
		else if (name === "reply" && reply.code !== 250) this.refused(reply);
		else this.took(heard);
	}

	/** The service said no. */
	protected refused(reply: Parameters<typeof errorOf>[0]): void {
		this.end(errorOf(reply));
	}

	lost(_error: Error): void {
		this.#callOff?.();
	}

	/** RFC 3343 §4.2 steps 4 and 5: with its own transID, the operation replaces itself. */
	resumed(): void {
		const left = Math.ceil((this.#ends - this.operations.clock.now()) / 1000);
		if (this.once) this.#ask(0);
		else if (left > 0) this.#ask(left);
		else this.end();
	}

	ended(error?: Error): void {
		this.end(error);
	}

	/** Ends the iteration, with an error or without. */
	protected end(error?: Error): void {
		if (this.#over) return;
		this.#over = true;
		this.#callOff?.();
		this.#signal?.removeEventListener("abort", this.#aborted);
		this.operations.forget(this.transID);
		this.mailbox.end(error);
		this.over(error);
	}

	/** Ends the iteration and tells the service. */
	async stop(): Promise<void> {
		if (this.#over) return;
		this.end();
		if (!this.once) await this.tell();
	}

	/** Tells the service that the operation is to end. */
	protected tell(): Promise<void> {
		return this.operations.terminate(this.service, this.transID);
	}

	/** Fails unless the service says something in time. */
	protected awaitAnswer(): void {
		const { clock } = this.operations;
		this.#callOff?.();
		this.#callOff = clock.at(clock.now() + TIMEOUT, () => {
			const problem = `no answer in ${TIMEOUT / 1000} s`;
			this.end(new TimeoutError(`${this.#kind} ${this.subject}: ${problem}`));
		});
	}

	[Symbol.asyncIterator](): AsyncIterator<Item> {
		return this.mailbox;
	}

	#ask(duration: number): void {
		const element = {
			name: this.#kind,
			attributes: { publisher: this.subject, duration, transID: this.transID },
		};
		this.awaitAnswer();
		this.operations.send(this.service, element).catch((error) => {
			// the end of the connection is told to `lost` or to `ended`
			if (!(error instanceof ConnectionError)) this.end(error);
		});
	}

	/** The end of the duration is what was asked for; everything else is news. */
	#terminated({
		code,
		text,
	}: {
		code: number;
		text: string;
	}): Error | undefined {
		const early = this.#ends - this.operations.clock.now() > DRIFT * 1000;
		if (code === 250 && !early) return undefined;
		return new ApexError(code, text || `the service ended the ${this.#kind}`);
	}
}

/** RFC 3343 §5. */
export function presenceService(subject: Endpoint): Endpoint {
	return wellKnown("apex=presence", domainOf(subject));
}
