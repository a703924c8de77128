import { Attachment } from "./attachment.js";
import { delay, isPassing, pause } from "./backoff.js";
import { ConnectionError, TimeoutError } from "./error.js";
import {
	type Association,
	Link,
	type Surroundings,
	type Target,
} from "./link.js";
import { toEndpoint } from "./messages.js";
import type { Receiver } from "./reception.js";
import { within } from "./within.js";

export interface AttachOptions {
	/** On a BEEP channel of its own, or (by default) on one that attachments share. */
	readonly channel?: "new" | "same";
	readonly signal?: AbortSignal;
}

/** A connection to a relay. */
export class Client {
	/** Resolves when it is over: closed, or lost where it does not reconnect. Says why. */
	readonly closed: Promise<string>;
	readonly #target: Target;
	readonly #reconnect: boolean;
	readonly #surroundings: Surroundings;
	readonly #attachments = new Set<Attachment>();
	readonly #over = new AbortController();
	#link: Link;
	#opening: Promise<Link> | undefined;
	#closing: Promise<void> | undefined;

	/** Connects. */
	static async connect(
		target: Target,
		reconnect: boolean,
		surroundings: Surroundings,
	): Promise<Client> {
		const link = await Link.open(target, surroundings);
		return new Client(target, reconnect, surroundings, link);
	}

	private constructor(
		target: Target,
		reconnect: boolean,
		surroundings: Surroundings,
		link: Link,
	) {
		const { signal } = this.#over;
		this.#target = { ...target, signal };
		this.#reconnect = reconnect;
		this.#surroundings = surroundings;
		this.#link = link;
		this.closed = new Promise((resolve) => {
			const over = (): void => resolve((signal.reason as Error).message);
			signal.addEventListener("abort", over);
		});
		if (!reconnect) link.onClose((reason) => this.#end(reason));
	}

	/**
	 * Attaches as an endpoint.
	 *
	 * @throws ApexError when the relay declines, ConnectionError when the session is gone,
	 *   TimeoutError, the reason of the signal, TypeError when this is no endpoint
	 */
	async attach(
		endpoint: string,
		{ channel = "same", signal }: AttachOptions = {},
	): Promise<Attachment> {
		this.#over.signal.throwIfAborted();
		signal?.throwIfAborted();
		const attaching = Attachment.attach(
			toEndpoint(endpoint),
			{
				attach: async (receiver) =>
					(await this.#connected()).attach(receiver, channel),
				attachAgain: this.#reconnect
					? (receiver, until) => this.#attachAgain(receiver, channel, until)
					: undefined,
				ended: (attachment) => this.#attachments.delete(attachment),
			},
			this.#surroundings,
		);
		try {
			const { clock } = this.#surroundings;
			const what = `attach ${endpoint}`;
			const attachment = await within(attaching, what, { clock, signal });
			this.#attachments.add(attachment);
			return attachment;
		} catch (error) {
			// an attachment that comes too late is given back
			attaching.then((attachment) => attachment.terminate()).catch(() => {});
			throw error;
		}
	}

	/** Terminates every attachment, and its subscriptions and watches, and releases the session. */
	close(): Promise<void> {
		this.#closing ??= this.#close();
		return this.#closing;
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.close();
	}

	async #close(): Promise<void> {
		const attachments = [...this.#attachments];
		await Promise.allSettled(attachments.map((each) => each.terminate()));
		await this.#link.close();
		this.#end("closed");
	}

	#end(reason: string): void {
		this.#over.abort(new ConnectionError(reason));
	}

	/** The session that there is; where it is gone, attachments that come back share a new one. */
	#connected(): Promise<Link> {
		if (!this.#link.closed || !this.#reconnect) {
			return Promise.resolve(this.#link);
		}
		this.#opening ??= Link.open(this.#target, this.#surroundings)
			.then((link) => {
				if (this.#over.signal.aborted) link.abort("closed");
				this.#link = link;
				return link;
			})
			.finally(() => {
				this.#opening = undefined;
			});
		return this.#opening;
	}

	async #attachAgain(
		receiver: Receiver,
		channel: "new" | "same",
		until: AbortSignal,
	): Promise<Association> {
		const { clock, random, log } = this.#surroundings;
		const { endpoint } = receiver;
		for (let failures = 0; ; failures++) {
			await pause(delay(failures, random), clock, until);
			const link = await this.#connected().catch((error: Error) => error);
			try {
				if (link instanceof Error) throw link;
				const attaching = link.attach(receiver, channel);
				const association = await within(attaching, "attach", { clock });
				if (!until.aborted) return association;
				await association.terminate();
			} catch (error) {
				if (!until.aborted && !isPassing(error)) throw error;
				// a session on which nothing is answered is of no use to anybody
				if (error instanceof TimeoutError && link instanceof Link) {
					link.abort(error.message);
				}
				const { message } = error as Error;
				log.info(
					{ endpoint, failures, problem: message },
					"could not attach again",
				);
			}
		}
	}
}
