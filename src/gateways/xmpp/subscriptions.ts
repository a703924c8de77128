import type { GatewayStore } from "../../cpp/index.js";
import { newTransID, parseEndpoint } from "../../names/index.js";
import {
	bareOf,
	type ContactJids,
	endpointOfUser,
	type Jid,
	parseJid,
} from "./jid.js";
import {
	APPLICATIONS,
	conditionOf,
	type Names,
	requestOf,
} from "./operation.js";
import { type Condition, element, errorFor, type Stanza } from "./stanza.js";
import { Subscription, type SubscriptionParts } from "./subscription.js";

export interface SubscriptionsParts extends Omit<SubscriptionParts, "over"> {
	readonly store: GatewayStore;
	readonly jids: ContactJids;
}

/** How the rows of the store begin that are subscriptions. */
const ROW = "subscription:";

/** XMPP users who subscribe to endpoints: RFC 3922 §6.1 and §6.4. */
export class Subscriptions {
	readonly #parts: SubscriptionsParts;
	readonly #subscriptions = new Map<string, Subscription>();

	constructor(parts: SubscriptionsParts) {
		this.#parts = parts;
	}

	get size(): number {
		return this.#subscriptions.size;
	}

	/** Takes up what was in progress; what the common profile holds beyond that ends. */
	load(rows: Iterable<readonly [key: string, value: string]>): void {
		for (const [key, subscriptID] of rows) {
			const names = this.#namesOf(key, subscriptID);
			if (names !== undefined) this.#add(names);
		}
		const { cpp } = this.#parts;
		const known = new Set(
			[...this.#subscriptions.values()].map(({ names }) => names.subscriptID),
		);
		for (const held of [...cpp.subscriptions()]) {
			const ours = held.application.startsWith(APPLICATIONS);
			if (ours && !known.has(held.subscriptID)) cpp.end(held);
		}
		for (const subscription of this.#subscriptions.values()) {
			subscription.renew();
		}
	}

	/** RFC 3922 §6.1. */
	subscribe(stanza: Stanza, from: Jid, to: Jid): void {
		const { limits } = this.#parts;
		const names = this.#names(from, to);
		if (names === undefined) {
			this.#refuse(stanza, "item-not-found");
			return;
		}
		const earlier = this.#subscriptions.get(keyOf(names));
		if (earlier !== undefined) {
			this.#refuse(stanza, "conflict");
			earlier.approveAgain();
		} else if (this.#subscriptions.size >= limits.xmppSubscriptions) {
			this.#refuse(stanza, "resource-constraint");
		} else this.#begin(stanza, this.#add(names));
	}

	/** RFC 3922 §6.4: nothing more is told, not even the last notification. */
	unsubscribe(stanza: Stanza, from: Jid, to: Jid): void {
		const names = this.#names(from, to);
		if (names === undefined) {
			this.#refuse(stanza, "item-not-found");
			return;
		}
		const subscription = this.#subscriptions.get(keyOf(names));
		this.#drop(names);
		subscription?.close();
		this.#parts.cpp.subscribe(
			requestOf(subscription?.names ?? names, this.#transID(stanza), 0),
			{
				response: ({ reply }) => {
					if (reply.code === 550) this.#refuse(stanza, "item-not-found");
				},
				notify() {},
				ended() {},
			},
		);
	}

	/** RFC 6121 §4.3.2. */
	probe(stanza: Stanza, from: Jid, to: Jid): void {
		const names = this.#names(from, to);
		const subscription = names && this.#subscriptions.get(keyOf(names));
		if (subscription !== undefined) {
			subscription.present(stanza.attrs.from ?? subscription.names.user);
			return;
		}
		this.#parts.send(
			element("presence", {
				...{ from: bareOf(to), to: bareOf(from), type: "unsubscribed" },
			}),
		);
	}

	/** The server has come back. */
	resynchronise(): void {
		for (const subscription of this.#subscriptions.values()) {
			subscription.resynchronise();
		}
	}

	close(): void {
		const { cpp } = this.#parts;
		for (const subscription of this.#subscriptions.values()) {
			subscription.close();
			cpp.detach(`${APPLICATIONS}${subscription.names.user}`);
		}
	}

	#begin(stanza: Stanza, subscription: Subscription): void {
		const { names } = subscription;
		// durable no later than the subscription: what the common profile holds has its row
		this.#parts.store.put(`${ROW}${keyOf(names)}`, names.subscriptID);
		subscription.begin(this.#transID(stanza), (reply) => {
			this.#drop(names);
			this.#refuse(stanza, conditionOf(reply));
		});
	}

	#add(names: Names): Subscription {
		const subscription = new Subscription(names, {
			...this.#parts,
			over: () => this.#drop(names),
		});
		this.#subscriptions.set(keyOf(names), subscription);
		return subscription;
	}

	#drop(names: Names): void {
		const key = keyOf(names);
		if (!this.#subscriptions.delete(key)) return;
		this.#parts.store.put(`${ROW}${key}`, undefined);
	}

	#names(from: Jid, to: Jid): Names | undefined {
		const { jids, random } = this.#parts;
		const watcher = endpointOfUser(from);
		const target = jids.endpoint(to);
		if (watcher === undefined || target === undefined) return undefined;
		// RFC 3859 §3.1: unique over time
		const digits = (): string => newTransID(random).toString(36);
		return {
			...{ user: bareOf(from), watcher, contact: bareOf(to), target },
			subscriptID: `${digits()}-${digits()}`,
		};
	}

	#namesOf(row: string, subscriptID: string): Names | undefined {
		if (!row.startsWith(ROW)) return undefined;
		const key = row.slice(ROW.length);
		const space = key.indexOf(" ");
		const user = key.slice(0, Math.max(space, 0));
		const jid = parseJid(user);
		const target = parseEndpoint(key.slice(space + 1));
		if (jid === undefined || target === undefined) return undefined;
		const watcher = endpointOfUser(jid);
		const contact = this.#parts.jids.jid(target);
		if (watcher === undefined || contact === undefined) return undefined;
		return { user, watcher, contact, target, subscriptID };
	}

	/** RFC 3922 §6.1: the id of the stanza, where the common profile takes it. */
	#transID({ attrs: { id = "" } }: Stanza): string {
		return /^[\x21-\x7e]{1,40}$/.test(id)
			? id
			: newTransID(this.#parts.random).toString(36);
	}

	#refuse(stanza: Stanza, condition: Condition): void {
		const error = errorFor(stanza, condition);
		if (error !== undefined) this.#parts.send(error);
	}
}

// endpoints may have blanks in them, JIDs have none
function keyOf({ user, target }: Names): string {
	return `${user} ${target}`;
}
