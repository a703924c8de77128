import { type Domain, parseDomain } from "../../names/index.js";
import { Guests } from "./guests.js";
import { ContactJids, type Jid, parseJid } from "./jid.js";
import { type Link, openLink } from "./link.js";
import { type Condition, errorFor, type Stanza } from "./stanza.js";
import { Subscriptions } from "./subscriptions.js";
import {
	type Limits,
	XMPP_LIMITS,
	XMPP_TIMES,
	type XmppFigures,
	type XmppParts,
} from "./types.js";

/** Presence between APEX endpoints and XMPP users: a component of their server. */
export class Xmpp {
	readonly #parts: XmppParts;
	readonly #limits: Limits;
	readonly #component: Domain;
	readonly #subscriptions: Subscriptions;
	readonly #guests = new Map<Domain, Guests>();
	#link: Link | undefined;
	#presumeOffline: (() => void) | undefined;
	#isOnline = false;

	/** @throws Error where a domain is at both ends, or the component's is none */
	constructor(parts: XmppParts) {
		this.#parts = parts;
		this.#limits = { ...XMPP_LIMITS, ...XMPP_TIMES, ...parts.limits };
		const component = parseDomain(parts.component.domain);
		if (component === undefined) {
			throw new Error(`${parts.component.domain} is no domain`);
		}
		// whose users could pass for endpoints, or the component for a user
		for (const domain of parts.guestDomains) {
			if (parts.domains.includes(domain) || domain === component) {
				throw new Error(`the users of ${domain} are not XMPP users`);
			}
		}
		this.#component = component;
		const { cpp, clock, random, log, store } = parts;
		this.#subscriptions = new Subscriptions({
			...{ cpp, clock, random, log, store, limits: this.#limits },
			jids: new ContactJids(component, parts.domains),
			send: this.#send,
		});
	}

	get figures(): XmppFigures {
		return {
			isOnline: this.#isOnline,
			subscriptions: this.#subscriptions.size,
			guests: this.#guestCount(),
		};
	}

	/** Takes up what is stored, registers the XMPP domains, and begins to connect. */
	async start(): Promise<void> {
		const { cpp, clock, random, log, store, component } = this.#parts;
		const limits = this.#limits;
		const rows: (readonly [key: string, text: string])[] = [];
		for await (const row of store.rows()) rows.push(row);
		for (const domain of this.#parts.guestDomains) {
			const guests = new Guests(
				{
					...{ cpp, domain, clock, log, limits, store },
					component: this.#component,
					send: this.#send,
					room: () => this.#guestCount() < limits.xmppGuests,
				},
				rows,
			);
			this.#guests.set(domain, guests);
		}
		this.#subscriptions.load(rows);
		this.#lost();
		const open = this.#parts.openLink ?? openLink;
		this.#link = open(
			{ component, clock, random, log, limits },
			{
				online: () => this.#online(),
				lost: () => this.#lost(),
				stanza: (stanza, cut) => this.#receive(stanza, cut),
			},
		);
	}

	/** Ends the stream. What XMPP users have subscribed to stays so. */
	async close(): Promise<void> {
		this.#presumeOffline?.();
		this.#subscriptions.close();
		for (const guests of this.#guests.values()) guests.close();
		await this.#link?.close();
	}

	readonly #send = (stanza: Stanza): boolean =>
		this.#link?.send(stanza) ?? false;

	#online(): void {
		this.#isOnline = true;
		this.#presumeOffline?.();
		this.#subscriptions.resynchronise();
		for (const guests of this.#guests.values()) guests.resynchronise();
	}

	/** Users whose server cannot be reached count as offline only after a while. */
	#lost(): void {
		this.#isOnline = false;
		const { clock } = this.#parts;
		const instant = clock.now() + this.#limits.xmppLostSeconds * 1000;
		this.#presumeOffline = clock.at(instant, () => {
			for (const guests of this.#guests.values()) guests.presumeOffline();
		});
	}

	#receive(stanza: Stanza, cut: boolean): void {
		const from = parseJid(stanza.attrs.from ?? "");
		const to = parseJid(stanza.attrs.to ?? "");
		if (from === undefined || to?.domain !== this.#component) {
			// XEP-0114: the server would end the stream of who answers for somebody else
			const { name, attrs } = stanza;
			this.#parts.log.warn(
				{ name, from: attrs.from?.slice(0, 100), to: attrs.to?.slice(0, 100) },
				"a stanza has no addresses that can be read",
			);
		} else if (cut) this.#refuse(stanza, "policy-violation");
		else if (stanza.name === "presence") this.#presence(stanza, from, to);
		else if (stanza.attrs.type !== "result") {
			// RFC 6121 §5.2.2: a headline is nobody's loss
			if (stanza.attrs.type === "headline") return;
			this.#refuse(stanza, "service-unavailable");
		}
	}

	#presence(stanza: Stanza, from: Jid, to: Jid): void {
		const guests = this.#guests.get(from.domain);
		switch (stanza.attrs.type) {
			case "subscribe":
			case "unsubscribe": {
				const { type } = stanza.attrs;
				if (guests === undefined) this.#refuse(stanza, "forbidden");
				else this.#subscriptions[type](stanza, from, to);
				break;
			}
			case "probe":
				this.#subscriptions.probe(stanza, from, to);
				break;
			case undefined:
			case "unavailable":
			case "subscribed":
			case "unsubscribed":
			case "error":
				// users tell the component; what they tell a contact is nobody's subscription
				if (to.local === "") guests?.receive(stanza, from);
				break;
			default:
				this.#refuse(stanza, "bad-request");
		}
	}

	#guestCount(): number {
		return [...this.#guests.values()].reduce((sum, { size }) => sum + size, 0);
	}

	#refuse(stanza: Stanza, condition: Condition): void {
		const error = errorFor(stanza, condition);
		if (error !== undefined) this.#send(error);
	}
}
