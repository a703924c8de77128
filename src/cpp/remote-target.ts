import {
	type Clock,
	type Endpoint,
	newTransID,
	type Random,
} from "../names/index.js";
import type { Entry } from "../presence/index.js";
import type { Exchange } from "./exchange.js";
import type { Remote } from "./remote.js";
import { done, inProgress, nothingToRefresh } from "./response.js";
import type { Subscriber } from "./subscriber.js";

/** What a target of another domain is handed. */
export interface RemoteTargetParts {
	readonly remote: Remote;
	readonly clock: Clock;
	readonly random: Random;
	readonly watcher: Endpoint;
	readonly target: Endpoint;
	/** Nobody here is subscribed to it any more. */
	readonly abandoned: () => void;
}

/** A subscription of one of the watcher's applications. */
interface Member {
	readonly subscriber: Subscriber;
	readonly disarm: () => void;
}

/** The subscription at the other domain that the members share. */
interface Shared {
	readonly transID: number;
	/** Milliseconds since 1970. */
	readonly ends: number;
	entry: Entry;
}

/**
 * A target of another domain, as one watcher sees it. The service there knows one subscription
 * of the watcher, and a poll would end it, so the watcher's applications share it and what is
 * known need not be asked for. One question is under way at a time.
 */
export class RemoteTarget {
	readonly #parts: RemoteTargetParts;
	/** By SubscriptID. */
	readonly #members = new Map<string, Member>();
	#shared: Shared | undefined;
	#asking: Exchange | undefined;
	/** The one that is under way, if its application has gone meanwhile. */
	#orphan: Exchange | undefined;
	#waiting: Exchange[] = [];

	constructor(parts: RemoteTargetParts) {
		this.#parts = parts;
	}

	has(subscriptID: string): boolean {
		return this.#members.has(subscriptID);
	}

	begin(exchange: Exchange): void {
		if (this.#asking !== undefined) {
			this.#waiting.push(exchange);
			return;
		}
		const { request, understood, refreshes } = exchange;
		const { duration } = understood;
		if (refreshes && !this.#members.has(request.subscriptID)) {
			exchange.respond(nothingToRefresh);
			this.#abandonIfEmpty();
		} else if (duration === 0) this.#fetchOrCancel(exchange);
		else if (!refreshes && this.#conflicts(exchange))
			exchange.respond(inProgress);
		else if (
			this.#shared !== undefined &&
			this.#shared.ends >= this.#end(duration)
		) {
			this.#join(exchange, this.#shared.entry);
		} else this.#ask(exchange);
	}

	/** An application has gone, and with it what it asked for. */
	leave(application: string): void {
		if (this.#asking?.request.application === application) {
			this.#orphan = this.#asking;
		}
		this.#waiting = this.#waiting.filter(
			({ request }) => request.application !== application,
		);
		for (const [id, { subscriber }] of this.#members) {
			if (subscriber.name.application === application)
				this.#remove(id)?.close();
		}
		this.#abandonIfEmpty();
	}

	/** RFC 3859 §3.4.3. */
	#fetchOrCancel(exchange: Exchange): void {
		if (this.#shared === undefined) {
			this.#ask(exchange);
			return;
		}
		const { entry } = this.#shared;
		exchange.respond(done);
		exchange.subscriber().notify(entry);
		this.#remove(exchange.request.subscriptID)?.close();
		this.#abandonIfEmpty();
	}

	/** RFC 3859 §3.4.1 (3), and a SubscriptID that is in use. */
	#conflicts({ request }: Exchange): boolean {
		if (this.#members.has(request.subscriptID)) return true;
		for (const { subscriber } of this.#members.values()) {
			if (subscriber.name.application === request.application) return true;
		}
		return false;
	}

	#ask(exchange: Exchange): void {
		const { remote, random, watcher, target } = this.#parts;
		const { duration } = exchange.understood;
		const transID = newTransID(random);
		const ends = this.#end(duration);
		this.#asking = exchange;
		let answered = false;
		remote.subscribe(
			{ watcher, target, transID, duration },
			{
				update: (entry) => {
					if (answered) this.#update(transID, entry);
					else {
						answered = true;
						this.#answered(exchange, { transID, ends, entry });
					}
				},
				refused: (refusal) => {
					exchange.respond(refusal);
					this.#next();
				},
				ended: () => this.#ended(transID),
			},
		);
	}

	#answered(exchange: Exchange, shared: Shared): void {
		if (exchange.understood.duration === 0) {
			exchange.respond(done);
			exchange.subscriber().notify(shared.entry);
		} else {
			this.#shared = shared;
			const others = [...this.#members];
			if (this.#orphan !== exchange) this.#join(exchange, shared.entry);
			for (const [id, { subscriber }] of others) {
				if (id !== exchange.request.subscriptID)
					subscriber.follow(shared.entry);
			}
		}
		this.#next();
	}

	/** What waited for an answer may need another question, and then the rest waits again. */
	#next(): void {
		this.#asking = undefined;
		this.#orphan = undefined;
		for (const exchange of this.#waiting.splice(0)) this.begin(exchange);
		this.#abandonIfEmpty();
	}

	#join(exchange: Exchange, entry: Entry): void {
		const { clock } = this.#parts;
		const { request, understood } = exchange;
		const subscriber = exchange.subscriber();
		const id = request.subscriptID;
		// what is refreshed makes room for itself
		this.#remove(id)?.close();
		const disarm = clock.at(this.#end(understood.duration), () => {
			this.#remove(id)?.ended();
			this.#abandonIfEmpty();
		});
		this.#members.set(id, { subscriber, disarm });
		exchange.respond(done, understood.duration);
		subscriber.follow(entry);
	}

	/** Each subscriber sees `lastUpdate` only grow. */
	#update(transID: number, entry: Entry): void {
		const shared = this.#shared;
		if (shared?.transID !== transID) return;
		if (entry.lastUpdate <= shared.entry.lastUpdate) return;
		shared.entry = entry;
		for (const { subscriber } of this.#members.values()) {
			subscriber.follow(entry);
		}
	}

	#ended(transID: number): void {
		if (this.#shared?.transID !== transID) return;
		this.#shared = undefined;
		for (const id of [...this.#members.keys()]) {
			this.#remove(id)?.ended();
		}
		this.#abandonIfEmpty();
	}

	#remove(id: string): Subscriber | undefined {
		const member = this.#members.get(id);
		this.#members.delete(id);
		member?.disarm();
		return member?.subscriber;
	}

	/** From now on nobody is told anything. */
	close(): void {
		for (const id of [...this.#members.keys()]) this.#remove(id)?.close();
	}

	#abandonIfEmpty(): void {
		if (this.#members.size > 0 || this.#asking !== undefined) return;
		const { remote, clock, watcher, target, abandoned } = this.#parts;
		const shared = this.#shared;
		this.#shared = undefined;
		if (shared !== undefined && shared.ends > clock.now()) {
			remote.terminate({ watcher, target, transID: shared.transID });
		}
		abandoned();
	}

	#end(duration: number): number {
		return this.#parts.clock.now() + duration * 1000;
	}
}
