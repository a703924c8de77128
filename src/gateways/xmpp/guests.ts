import type {
	Body,
	Cpp,
	GatewayStore,
	GuestDomain,
	GuestPort,
} from "../../cpp/index.js";
import {
	type Domain,
	domainOf,
	type Endpoint,
	parseEndpoint,
} from "../../names/index.js";
import { readAvailability } from "./availability.js";
import { type Consent, Guest, type GuestParts } from "./guest.js";
import { bareOf, endpointOfUser, type Jid, userOfEndpoint } from "./jid.js";
import { childrenOf, element, type Stanza } from "./stanza.js";

export interface GuestsParts
	extends Omit<GuestParts, "publish" | "consented" | "over"> {
	readonly cpp: Cpp;
	readonly domain: Domain;
	readonly store: GatewayStore;
	/** Who may ask for the presence of how many users is one number for all domains. */
	readonly room: () => boolean;
}

/** How the rows of the store begin that are guests. */
const ROW = "guest:";

/** The users of one XMPP domain, as subjects of the core. */
export class Guests implements GuestDomain {
	readonly #parts: GuestsParts;
	readonly #guests = new Map<Endpoint, Guest>();
	readonly #stored = new Map<Endpoint, Consent>();
	readonly #port: GuestPort;

	constructor(
		parts: GuestsParts,
		rows: Iterable<readonly [key: string, value: string]>,
	) {
		this.#parts = parts;
		for (const [key, value] of rows) {
			if (!key.startsWith(ROW)) continue;
			const subject = parseEndpoint(key.slice(ROW.length));
			if (subject === undefined) continue;
			if (domainOf(subject) !== parts.domain || !isConsent(value)) continue;
			this.#stored.set(subject, value);
		}
		this.#port = parts.cpp.register(parts.domain, this);
	}

	get size(): number {
		return this.#guests.size;
	}

	firstSubscriber(subject: Endpoint): void {
		const guest = this.#guests.get(subject) ?? this.#add(subject);
		guest?.ask();
	}

	lastSubscriber(subject: Endpoint): void {
		this.#guests.get(subject)?.release();
	}

	/** A stanza of a user of this domain to the component itself. */
	receive(stanza: Stanza, from: Jid): void {
		const { type } = stanza.attrs;
		const subject = endpointOfUser(from);
		if (subject === undefined) return;
		const guest = this.#guests.get(subject);
		if (guest === undefined) this.#decline(from, type);
		else if (type === "subscribed") guest.approved();
		else if (type === "unsubscribed") guest.denied();
		else if (type === "error") this.#bounced(stanza, guest);
		else if (type === undefined || type === "unavailable") {
			guest.presence(readAvailability(stanza, from.resource));
		}
	}

	/** Those of whom nobody has said since the last start that they are wanted are let go. */
	resynchronise(): void {
		for (const guest of this.#guests.values()) guest.resynchronise();
		for (const [subject, consent] of this.#stored) {
			const guest = this.#guests.has(subject)
				? undefined
				: this.#guest(subject, consent);
			guest?.release();
		}
		this.#stored.clear();
	}

	presumeOffline(): void {
		for (const guest of this.#guests.values()) guest.presumeOffline();
	}

	close(): void {
		for (const guest of this.#guests.values()) guest.close();
	}

	#add(subject: Endpoint): Guest | undefined {
		const { log, room } = this.#parts;
		if (!room()) {
			log.warn({ subject }, "too many XMPP users are asked for their presence");
			return undefined;
		}
		const guest = this.#guest(subject, this.#stored.get(subject));
		this.#stored.delete(subject);
		return guest;
	}

	#guest(subject: Endpoint, consent: Consent | undefined): Guest | undefined {
		const { store, log } = this.#parts;
		const user = userOfEndpoint(subject);
		if (user === undefined || parseEndpoint(user) === undefined) {
			log.info({ subject }, "no XMPP user can have this name");
			return undefined;
		}
		const row = `${ROW}${subject}`;
		const guest = new Guest(
			{ subject, user },
			{
				...this.#parts,
				publish: (body) => this.#publish(subject, body),
				consented: (given) => store.put(row, given),
				over: () => {
					this.#guests.delete(subject);
					store.put(row, undefined);
				},
			},
			consent,
		);
		this.#guests.set(subject, guest);
		return guest;
	}

	#publish(subject: Endpoint, body: Body | undefined): void {
		this.#port.publish(subject, body, ({ text }) =>
			this.#parts.log.warn(
				{ subject, reason: text },
				"what an XMPP user's presence is now cannot be published",
			),
		);
	}

	/** The user's server takes us for a subscriber, and we are none. */
	#decline(from: Jid, type: string | undefined): void {
		if (type !== undefined && type !== "subscribed") return;
		const { component, send } = this.#parts;
		send(
			element("presence", {
				...{ from: component, to: bareOf(from), type: "unsubscribe" },
			}),
		);
	}

	#bounced(stanza: Stanza, guest: Guest): void {
		const [error] = childrenOf(stanza, "error");
		const type = error?.attrs.type;
		const reason = error?.children.flatMap((child) =>
			typeof child === "object" ? [child.name] : [],
		);
		this.#parts.log.info(
			{ subject: guest.subject, type, reason },
			"an XMPP user cannot be reached",
		);
		// RFC 6120 §8.3.2: any other is not going to pass
		if (type === "wait") guest.bounced();
	}
}

function isConsent(text: string): text is Consent {
	return text === "asked" || text === "given" || text === "denied";
}
