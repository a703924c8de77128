import type { Body } from "../../cpp/index.js";
import type { Clock, Endpoint, Log } from "../../names/index.js";
import { type Availability, unavailable } from "./availability.js";
import { element, type Stanza } from "./stanza.js";
import { documentOf } from "./tuples.js";
import type { Limits } from "./types.js";

/** How far the user has let us: what is stored. */
export type Consent = "asked" | "given" | "denied";

export interface GuestParts {
	readonly clock: Clock;
	readonly log: Log;
	readonly limits: Limits;
	/** The component's own JID: it subscribes in the name of all watchers. */
	readonly component: string;
	/** Their presence is this from now on; without a body, nothing is known of it. */
	readonly publish: (body: Body | undefined) => void;
	readonly send: (stanza: Stanza) => boolean;
	/** Stores it. */
	readonly consented: (consent: Consent) => void;
	/** Nobody has wanted the user's presence for a while. */
	readonly over: () => void;
}

/** An XMPP user whose presence somebody subscribes to: RFC 3922 §6.2, §6.3 and §6.5. */
export class Guest {
	readonly subject: Endpoint;
	readonly #user: string;
	readonly #parts: GuestParts;
	/** The resources that are available, and the one that has just ceased to be. */
	#resources = new Map<string, Availability>();
	#consent: Consent | undefined;
	/** Whether what is known was said before the connection was lost. */
	#stale = false;
	#gathering: (() => void) | undefined;
	#lingering: (() => void) | undefined;
	#retrying: (() => void) | undefined;

	constructor(
		{ subject, user }: { readonly subject: Endpoint; readonly user: string },
		parts: GuestParts,
		consent?: Consent,
	) {
		this.subject = subject;
		this.#user = user;
		this.#parts = parts;
		this.#consent = consent;
	}

	/** RFC 3922 §6.2: asks for the user's presence, or for what it is now. */
	ask(): void {
		this.#lingering?.();
		this.#lingering = undefined;
		this.#request();
	}

	#request(): void {
		this.#retrying?.();
		if (this.#consent === "denied") return;
		if (this.#consent === "given") this.#say("probe");
		else {
			this.#say("subscribe");
			this.#become("asked");
		}
	}

	/** Nobody wants the user's presence: if it stays so, the subscription ends. */
	release(): void {
		const { clock, limits } = this.#parts;
		this.#lingering?.();
		this.#lingering = clock.at(
			clock.now() + limits.xmppLingerSeconds * 1000,
			() => {
				if (this.#consent !== "denied") this.#say("unsubscribe");
				this.#forget();
				this.close();
				this.#parts.over();
			},
		);
	}

	/** The user lets us. Their server sends what holds now after this. */
	approved(): void {
		this.#become("given");
	}

	/** RFC 3922 §6.2 and §6.5: the user does not let us, or no longer. */
	denied(): void {
		const { log } = this.#parts;
		const { subject } = this;
		if (this.#consent === "denied") return;
		log.info({ subject }, "an XMPP user lets nobody see their presence");
		this.#become("denied");
		this.#forget();
	}

	/** The user's server could not be reached for now. */
	bounced(): void {
		const { clock, limits } = this.#parts;
		this.#retrying?.();
		this.#retrying = clock.at(clock.now() + limits.retrySeconds * 1000, () =>
			this.#request(),
		);
	}

	/** RFC 3922 §6.3. */
	presence(one: Availability): void {
		if (this.#consent !== "given") return;
		this.#receive(one);
		const { clock, limits } = this.#parts;
		if (this.#gathering !== undefined) return;
		this.#gathering = clock.at(clock.now() + limits.gatherMilliseconds, () => {
			this.#gathering = undefined;
			this.#publish();
		});
	}

	/** The server has come back: what it says from now on replaces what is known. */
	resynchronise(): void {
		this.#stale = true;
		this.#request();
	}

	/** The server has been away for long: nobody is there, as far as one can tell. */
	presumeOffline(): void {
		if (this.#consent !== "given") return;
		this.#stale = true;
		const names = [...this.#resources.keys()];
		this.#resources = new Map(names.map((name) => [name, unavailable(name)]));
		this.#publish();
	}

	close(): void {
		this.#gathering?.();
		this.#gathering = undefined;
		this.#lingering?.();
		this.#retrying?.();
	}

	#receive(one: Availability): void {
		if (this.#stale) this.#resources.clear();
		this.#stale = false;
		if (one.resource === "" && !one.available) {
			this.#closeAll(one);
			return;
		}
		for (const [name, { available }] of this.#resources) {
			if (!available) this.#resources.delete(name);
		}
		const { xmppResources } = this.#parts.limits;
		const isNew = !this.#resources.has(one.resource);
		if (isNew && this.#resources.size >= xmppResources) return;
		this.#resources.set(one.resource, one);
	}

	/** RFC 6121 §4.5.4: no resource is available. */
	#closeAll(one: Availability): void {
		const open = [...this.#resources.values()].filter(
			({ available }) => available,
		);
		this.#resources = new Map(
			open.length === 0
				? [[one.resource, one]]
				: open.map(({ resource }) => [resource, unavailable(resource)]),
		);
	}

	#publish(): void {
		const resources = [...this.#resources.values()];
		// RFC 3922 §6.3.2: never a document without a tuple
		const body =
			resources.length === 0 ? undefined : documentOf(this.subject, resources);
		this.#parts.publish(body);
	}

	#forget(): void {
		this.#gathering?.();
		this.#gathering = undefined;
		this.#resources.clear();
		this.#publish();
	}

	#become(consent: Consent): void {
		if (this.#consent === consent) return;
		this.#consent = consent;
		this.#parts.consented(consent);
	}

	#say(type: "subscribe" | "unsubscribe" | "probe"): void {
		const { component, send } = this.#parts;
		send(element("presence", { from: component, to: this.#user, type }));
	}
}
