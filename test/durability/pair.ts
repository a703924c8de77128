import type { Endpoint } from "../../src/names/index.js";
import type { Said } from "./party.js";

/** Seconds. Longer than any storm. */
export const LONG = 86_400;

/** A subscription, as its subscriber knows it. */
export interface Held {
	readonly transID: number;
	/** Seconds. */
	readonly duration: number;
	/** Milliseconds since 1970: it began then or later. */
	readonly asked: number;
	/** Milliseconds since 1970: it had begun by then. */
	begun?: number;
}

type Asked =
	| {
			readonly what: "subscribe";
			readonly held: Held;
			/** What the answer must be at least. */
			readonly floor: number;
	  }
	| { readonly what: "terminate"; readonly held: Held };

/**
 * What one subscriber knows of its subscription to one subject: the last that was acknowledged,
 * and the operation that is on its way. After a crash it may not know whether the latter took
 * effect; then either is right, until the next is acknowledged.
 */
export class Pair {
	readonly subject: Endpoint;
	/** Acknowledged, and not known to have ended. */
	current: Held | undefined;
	asked: Asked | undefined;
	/** A crash left two states possible. */
	unsure = false;
	/** How many updates it lets pass before it does something else. */
	rest = 0;
	/** The transaction-identifiers on which entries came since it attached, and the last number. */
	readonly heard = new Map<number, number>();
	/** The expired that it was told of since it attached. */
	readonly ended = new Set<number>();
	/** All that it ever asked for. */
	readonly known = new Map<number, Held>();

	constructor(subject: Endpoint) {
		this.subject = subject;
	}

	/** Whether the service must, must not, or may have a subscription. */
	get verdict(): "subscribed" | "absent" | "unknown" {
		const possible = [this.current];
		if (this.asked?.what === "subscribe") possible.push(this.asked.held);
		if (this.asked?.what === "terminate") possible.push(undefined);
		if (this.unsure) return "unknown";
		if (possible.every((held) => held?.duration === LONG)) return "subscribed";
		return possible.every((held) => held === undefined) ? "absent" : "unknown";
	}

	/** A subscription that must, where its time has come, be told to have ended. */
	get expiring(): Held | undefined {
		const short = this.current !== undefined && this.current.duration < LONG;
		return short && this.asked === undefined ? this.current : undefined;
	}

	/** Whether an entry has come since it attached, with a number of at least this. */
	hasHeard(count: number): boolean {
		return [...this.heard.values()].some((number) => number >= count);
	}

	/** An entry came. @returns whether it answers a `subscribe` */
	entry({ transID }: Said, count: number, now: number): boolean {
		this.heard.set(transID, count);
		this.rest -= 1;
		const { asked } = this;
		if (asked?.what !== "subscribe" || asked.held.transID !== transID) {
			return false;
		}
		this.current = asked.held;
		this.current.begun ??= now;
		this.asked = undefined;
		this.unsure = false;
		return true;
	}

	/** The service says that a subscription has expired. @returns what is wrong with that */
	terminate({ transID }: Said, now: number): string | undefined {
		const held = this.known.get(transID);
		if (held === undefined) return "which it never asked for";
		if (now < held.asked + held.duration * 1000) return "before its time";
		if (this.ended.has(transID)) return "a second time";
		this.ended.add(transID);
		// told of the end without ever having been told of the beginning: a crash came between
		if (this.asked?.held === held && this.asked.what === "subscribe") {
			this.asked = undefined;
			this.current = held;
		}
		if (this.current === held) this.current = undefined;
		return undefined;
	}

	/** The answer to its own `terminate`. @returns what is wrong with it */
	reply({ transID, element }: Said, now: number): string | undefined {
		const { asked } = this;
		const { code } = element.attributes;
		if (asked?.what !== "terminate" || asked.held.transID !== transID) {
			return `got the reply ${code} to something else`;
		}
		this.asked = undefined;
		if (code === "250") {
			this.current = undefined;
			return undefined;
		}
		// it may have expired just now, and then the service says so too
		const { asked: since, duration } = asked.held;
		if (code === "550" && now >= since + duration * 1000) return undefined;
		return `got ${code} when it terminated a subscription of ${duration} s`;
	}

	/** Attached again after a crash: what was on its way may have taken effect or not. */
	attached(): void {
		this.heard.clear();
		this.ended.clear();
	}

	/** What has been heard since shows which of the two it was, or else nobody knows. */
	settle(): void {
		if (this.asked === undefined) return;
		const { current } = this;
		const kept = current !== undefined && this.heard.has(current.transID);
		if (!kept || this.asked.what !== "subscribe") {
			this.current = undefined;
			this.unsure = true;
		}
		this.asked = undefined;
	}
}
