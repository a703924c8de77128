import type { Endpoint } from "../names/index.js";
import type { NewElement } from "../xml/index.js";
import { isPassing } from "./backoff.js";
import { ApexError, ConnectionError } from "./error.js";
import { errorOf, type OperationReply } from "./heard.js";
import { type InProgressOptions, presenceService } from "./in-progress.js";
import type { Association, Surroundings } from "./link.js";
import { Mailbox } from "./mailbox.js";
import {
	type Content,
	checkContent,
	dataPayload,
	type IncomingData,
	toEndpoint,
} from "./messages.js";
import { Operations } from "./operations.js";
import type { PresenceEntry } from "./presence-document.js";
import {
	type Publication,
	type PublishOptions,
	publish,
	subjectOf,
} from "./publish.js";
import type { Receiver } from "./reception.js";
import { Subscription } from "./subscription.js";
import { type Subscriber, Watch } from "./watch.js";
import { within } from "./within.js";

/** How much data may wait for `incoming` before more is refused. */
export const INBOX = 256;

interface Signal {
	readonly signal?: AbortSignal;
}

/** How an attachment comes about, and comes about again. */
export interface Attaching {
	attach(receiver: Receiver): Promise<Association>;
	/** Tries, after a loss, until the signal; undefined where there is no second time. */
	readonly attachAgain?:
		| ((receiver: Receiver, signal: AbortSignal) => Promise<Association>)
		| undefined;
	/** The attachment is over. */
	ended(attachment: Attachment): void;
}

/**
 * An endpoint, attached. RFC 3340 §4.4.1.
 *
 * Every promise may reject with an ApexError (the relay or the service said no), a
 * ConnectionError (the session is gone), a TimeoutError (no answer in 30 seconds) or the
 * reason of a signal. Endpoints that are none are a TypeError.
 */
export class Attachment {
	readonly endpoint: Endpoint;
	readonly #attaching: Attaching;
	readonly #receiver: Receiver;
	readonly #surroundings: Surroundings;
	readonly #operations: Operations;
	readonly #inbox = new Mailbox<IncomingData>(INBOX);
	#association: Promise<Association>;
	readonly #over = new AbortController();

	/** Attaches. */
	static async attach(
		endpoint: Endpoint,
		attaching: Attaching,
		surroundings: Surroundings,
	): Promise<Attachment> {
		const attachment = new Attachment(endpoint, attaching, surroundings);
		await attachment.#association;
		return attachment;
	}

	private constructor(
		endpoint: Endpoint,
		attaching: Attaching,
		surroundings: Surroundings,
	) {
		this.endpoint = endpoint;
		this.#attaching = attaching;
		this.#surroundings = surroundings;
		const { clock, random } = surroundings;
		this.#operations = new Operations({
			clock,
			random,
			send: (service, xml) => this.#send([service], xml),
		});
		this.#receiver = {
			endpoint,
			take: (data) => this.#take(data),
			detached: (why) => this.#detached(why),
		};
		this.#association = attaching.attach(this.#receiver);
	}

	/**
	 * Sends data to other applications. The promise says that the relay has taken it; whether
	 * the recipients have, it does not (RFC 3340 §4.4.4.1).
	 *
	 * @param content one XML element, or MIME content
	 * @throws XmlError or MimeError when the content is not well-formed
	 */
	async data(
		recipients: string | readonly string[],
		content: Content,
		{ signal }: Signal = {},
	): Promise<void> {
		const to = [recipients].flat().map(toEndpoint);
		checkContent(content);
		const { clock } = this.#surroundings;
		await within(this.#send(to, content), "data", { clock, signal });
	}

	/**
	 * The data that other applications send to this endpoint. 256 wait for a reader; beyond
	 * that data is refused with 450, which the relay reports to originators who ask for it.
	 * There is one inbox, kept from the beginning.
	 */
	async *incoming(): AsyncGenerator<IncomingData, void> {
		// unlike a loop over the inbox, leaving this one does not end the inbox
		for (;;) {
			const { done, value } = await this.#inbox.next();
			if (done) return;
			yield value;
		}
	}

	/**
	 * Subscribes to the presence entry of a subject, RFC 3343 §4.2. A second subscription to
	 * one subject ends the first. Leaving the loop, or the signal, terminates it.
	 */
	subscribe(subject: string, options: InProgressOptions = {}): Subscription {
		const publisher = toEndpoint(subject);
		const earlier = this.#operations.latest(Subscription, publisher);
		const subscription = new Subscription(
			publisher,
			this.#operations,
			options,
			earlier,
		);
		subscription.begin();
		return subscription;
	}

	/**
	 * The presence entry of a subject, once. Where this attachment subscribes to the subject,
	 * it is the newest that has come: a poll would end the subscription (RFC 3343 §4.2 step 4).
	 */
	async poll(subject: string, { signal }: Signal = {}): Promise<PresenceEntry> {
		return this.#current(toEndpoint(subject), undefined, signal);
	}

	/**
	 * Makes a document the presence entry of its publisher, or, given a function, what it makes
	 * of the present entry; it is called again when somebody else was faster. RFC 3343 §4.4.
	 *
	 * @throws ApexError 555 when somebody else was faster every time
	 */
	async publish(
		publication: Publication,
		{ publisher, signal }: PublishOptions = {},
	): Promise<void> {
		const subject =
			publisher === undefined
				? subjectOf(publication, this.endpoint)
				: toEndpoint(publisher);
		await publish(
			this.#operations,
			subject,
			publication,
			(of, than) => this.#current(of, than, signal),
			signal,
		);
	}

	/**
	 * Watches who subscribes to a subject, RFC 3343 §4.3: first those who do, then each change.
	 * With duration 0 the iteration ends when all who subscribe now have been told. After a
	 * reconnection they are all told again.
	 */
	watch(
		subject: string,
		options: InProgressOptions = {},
	): AsyncIterable<Subscriber> {
		const publisher = toEndpoint(subject);
		const earlier = this.#operations.latest(Watch, publisher);
		const watch = new Watch(publisher, this.#operations, options, earlier);
		watch.begin();
		return watch;
	}

	/**
	 * Sends an operation to a service and waits for the answer.
	 *
	 * @param element its transID is put in
	 * @param options.service by default the presence service of the domain of its `publisher`,
	 *   or else of ours
	 */
	operation(
		element: NewElement,
		{ service, signal }: Signal & { readonly service?: Endpoint } = {},
	): Promise<OperationReply> {
		const { publisher = this.endpoint } = element.attributes ?? {};
		return this.#operations.request(
			service ?? presenceService(toEndpoint(String(publisher))),
			(transID) => ({
				...element,
				attributes: { ...element.attributes, transID },
			}),
			signal,
		);
	}

	/** Ends the subscriptions and watches, and then the attachment. */
	async terminate(): Promise<void> {
		if (this.#over.signal.aborted) return;
		// a relay that cannot be reached is told nothing
		const attached = this.#operations.attached;
		const association = attached ? await this.#association : undefined;
		if (attached) await this.#operations.stop();
		this.#end();
		if (association === undefined) return;
		const { clock } = this.#surroundings;
		await within(association.terminate(), "terminate", { clock });
	}

	#take(data: IncomingData): void {
		if (this.#operations.take(data) || this.#inbox.offer(data)) return;
		throw new ApexError(450, "the application does not read what it is sent");
	}

	#detached(why: Error): void {
		const { attachAgain } = this.#attaching;
		if (attachAgain === undefined || !isPassing(why)) {
			this.#end(why);
			return;
		}
		this.#operations.lost(why);
		this.#association = attachAgain(this.#receiver, this.#over.signal);
		this.#association.then(
			() => this.#operations.resumed(),
			(error) => this.#end(error),
		);
	}

	#end(why?: Error): void {
		if (this.#over.signal.aborted) return;
		this.#over.abort(why ?? new ConnectionError("the attachment has ended"));
		this.#operations.ended(why);
		this.#inbox.end(why);
		this.#attaching.ended(this);
	}

	async #send(to: readonly Endpoint[], content: Content): Promise<void> {
		this.#over.signal.throwIfAborted();
		const association = await this.#association;
		const { random } = this.#surroundings;
		await association.send(dataPayload(this.endpoint, to, content, random));
	}

	async #current(
		subject: Endpoint,
		than: PresenceEntry | undefined,
		signal: AbortSignal | undefined,
	): Promise<PresenceEntry> {
		const { clock } = this.#surroundings;
		const newest = this.#operations.latest(Subscription, subject)?.newest(than);
		const what = `the entry of ${subject}`;
		const entry = newest && (await within(newest, what, { clock, signal }));
		if (entry !== undefined) return entry;
		const attributes = { publisher: subject, duration: 0 };
		const reply = await this.#operations.request(
			presenceService(subject),
			(transID) => ({
				name: "subscribe",
				attributes: { ...attributes, transID },
			}),
			signal,
		);
		if (reply.entry === undefined) throw errorOf(reply);
		return reply.entry;
	}
}
