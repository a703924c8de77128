import type { Channel, ChannelHandler, Request } from "../beep/index.js";
import { type Log, reply } from "../names/index.js";
import type { Association, Side } from "./association.js";
import type { RelayLimits } from "./limits.js";
import { errorPayload } from "./messages.js";
import { Outbox, type OutboxOwner } from "./outbox.js";
import type { Peer } from "./peer.js";

/** Answers a MSG, now or later. */
export type Serve = (link: Link, request: Request) => void | Promise<void>;

/**
 * One BEEP channel with the APEX profile: the scope of transaction-identifiers
 * (RFC 3340 §6.1.1) and an outbox.
 */
export class Link implements ChannelHandler, OutboxOwner {
	readonly peer: Peer;
	readonly channel: Channel;
	readonly outbox: Outbox;

	readonly #serve: Serve;
	readonly #log: Log;
	readonly #limits: RelayLimits;
	readonly #operations = new Map<number, Association>();
	// RFC 3080 §2.6.1: the MSGs of a channel are worked on one after the other. How many may
	// wait is BEEP's to say, which keeps the peer's window shut while too many are unanswered.
	readonly #waiting: Request[] = [];
	#busy = false;
	#ended = false;

	constructor(
		peer: Peer,
		channel: Channel,
		parts: { serve: Serve; log: Log; limits: RelayLimits },
	) {
		this.peer = peer;
		this.channel = channel;
		this.#serve = parts.serve;
		this.#log = parts.log;
		this.#limits = parts.limits;
		this.outbox = new Outbox(channel, parts.limits.outboxOctets, this);
		peer.links = peer.links.concat(this);
	}

	/** The channel is no more. */
	get ended(): boolean {
		return this.#ended;
	}

	/** Every attachment and binding that was made over this channel. */
	get associations(): Iterable<Association> {
		return this.#operations.values();
	}

	/** The non-terminated operation that a transaction-identifier refers to on this channel. */
	operation(transID: number): Association | undefined {
		return this.#operations.get(transID);
	}

	associate(association: Association): void {
		this.#operations.set(association.transID, association);
		if (association.by === "peer") this.peer.associations += 1;
	}

	release(association: Association): void {
		this.#operations.delete(association.transID);
		if (association.by === "peer" && !association.isOver) {
			this.peer.associations -= 1;
		}
		association.released();
	}

	/** @param by only those that one side asked for */
	releaseAll(by?: Side): void {
		for (const association of [...this.#operations.values()]) {
			if (by === undefined || association.by === by) this.release(association);
		}
	}

	/** The channel or its session has ended, and with it everything made over it. */
	end(): void {
		if (this.#ended) return;
		this.#ended = true;
		this.peer.links = this.peer.links.filter((link) => link !== this);
		for (const request of this.#waiting.splice(0)) this.#refuse(request);
		this.outbox.end();
		this.releaseAll();
	}

	message(request: Request): void {
		if (this.#ended) this.#refuse(request);
		else if (this.#busy) this.#waiting.push(request);
		else this.#work(request);
	}

	oversized(request: Request): void {
		const { messageOctets } = this.#limits;
		const refusal = reply(501, `messageOctets: more than ${messageOctets}`);
		this.#log.info({ ...this.#fields, code: refusal.code }, refusal.text);
		request.error(errorPayload(refusal));
	}

	writable(): void {
		this.outbox.flush();
	}

	closed(): void {
		this.end();
	}

	overflowed(): void {
		const { outboxOctets } = this.#limits;
		this.#abort(
			`outboxOctets: more than ${outboxOctets} wait for an application that does not read`,
		);
	}

	/** RFC 3080 §2.2.2.1: a poorly-formed reply closes its channel. */
	poorlyFormed(problem: string): void {
		if (this.#ended) return;
		this.#log.warn(
			{ ...this.#fields, problem },
			"a poorly-formed reply: the channel is closed",
		);
		this.end();
		this.channel
			.close(500, `a poorly-formed reply: ${problem}`)
			.catch((error: Error) => this.peer.session.abort(error.message));
	}

	/** What every log line about the channel says. */
	get #fields(): { peer: string; channel: number } {
		return { peer: this.peer.session.peer, channel: this.channel.number };
	}

	/** The channel does no more, and yet cannot be closed before its MSGs have been answered. */
	#refuse(request: Request): void {
		request.error(errorPayload(reply(451, "the channel is being closed")));
	}

	#work(request: Request): void {
		const pending = this.#serve(this, request);
		if (pending === undefined) return;
		this.#busy = true;
		void pending.then(() => this.#next());
	}

	#next(): void {
		this.#busy = false;
		while (!this.#busy) {
			const request = this.#waiting.shift();
			if (request === undefined) return;
			this.#work(request);
		}
	}

	#abort(reason: string): void {
		if (this.#ended) return;
		this.#log.warn(this.#fields, reason);
		this.end();
		this.peer.session.abort(reason);
	}
}
