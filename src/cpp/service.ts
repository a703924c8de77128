import {
	type Clock,
	type Domain,
	domainOf,
	type Endpoint,
	type Random,
	type Refusal,
	refusal,
} from "../names/index.js";
import type {
	Answer,
	GuestDomain,
	LiveOperation,
	Presence,
} from "../presence/index.js";
import { composed } from "./compose.js";
import { Contents } from "./contents.js";
import { Exchange } from "./exchange.js";
import type { CppFace } from "./face.js";
import { guestPort } from "./guest-port.js";
import { transIDs } from "./identifier.js";
import { LocalTargets } from "./local-targets.js";
import {
	durationProblem,
	identifierProblem,
	Principals,
	type PrincipalsParts,
} from "./principals.js";
import type { Remote } from "./remote.js";
import { RemoteTargets } from "./remote-targets.js";
import { notWatched, publishedOf, respond, unknown } from "./response.js";
import { Subscriber, type Surroundings } from "./subscriber.js";
import type {
	Application,
	GuestPort,
	HeldSubscription,
	Publish,
	Published,
	Subscribe,
	SubscriptionName,
} from "./types.js";

/** What the common profile is handed. */
export interface CppParts extends PrincipalsParts {
	readonly presence: Presence;
	/** One of the faces of `presence`. */
	readonly face: CppFace;
	readonly clock: Clock;
	readonly random: Random;
	/** Without it, nobody of another domain is known. */
	readonly remote?: Remote;
}

/** The presence service of RFC 3859 §3.4. Gateways call it, each in its own words. */
export class Cpp {
	readonly #presence: Presence;
	readonly #face: CppFace;
	readonly #remote: Remote | undefined;
	readonly #principals: Principals;
	readonly #surroundings: Surroundings;
	readonly #here: LocalTargets;
	readonly #elsewhere: RemoteTargets | undefined;

	constructor(parts: CppParts) {
		const { presence, face, clock, random, remote } = parts;
		this.#presence = presence;
		this.#face = face;
		this.#remote = remote;
		this.#principals = new Principals(parts);
		const contents = new Contents();
		this.#surroundings = { clock, contents, transID: transIDs(random) };
		this.#here = new LocalTargets(presence, face);
		this.#elsewhere = remote && new RemoteTargets({ remote, clock, random });
	}

	/** RFC 3859 §3.4.1 and §3.4.3. */
	subscribe(request: Subscribe, application: Application): void {
		this.#begin("subscribe", request, application);
	}

	/**
	 * A subscription of this application and SubscriptID gets another duration, counted from
	 * now: what a SIP dialog does (RFC 3856). A response and a notification follow.
	 */
	refresh(request: Subscribe, application: Application): void {
		this.#begin("subscribe", request, application, true);
	}

	/** RFC 3343 §4.3 in the same form: who subscribes to the target is told by `watched`. */
	watch(request: Subscribe, application: Application): void {
		this.#begin("watch", request, application);
	}

	/** RFC 3343 §4.4. Watchers hear of it after the answer, and nobody before it is stored. */
	publish(request: Publish, answer: (published: Published) => void): void {
		const answered = (outcome: Answer): void =>
			answer(publishedOf(request.transID, outcome));
		const names = this.#publishing(request);
		if ("code" in names) {
			answered(names);
			return;
		}
		const { originator, publisher } = names;
		const { ifMatch } = request;
		const publication = {
			originator,
			...(ifMatch === undefined ? {} : { ifMatch }),
			compose: composed.bind(
				undefined,
				request,
				this.#surroundings.clock.now(),
			),
		};
		if (this.#principals.isHere(publisher)) {
			const domain = domainOf(publisher);
			const subject = publisher;
			this.#presence.compose({ ...publication, domain, subject }, answered);
		} else if (this.#remote !== undefined) {
			this.#remote.publish({ ...publication, publisher }, answered);
		} else answered(unknown(request.publisher));
	}

	/**
	 * The gateway of a guest domain is told to whom of its users somebody here subscribes,
	 * beginning with those of now, and says what their presence is.
	 */
	register(domain: Domain, gateway: GuestDomain): GuestPort {
		this.#presence.guests.register(domain, gateway);
		return guestPort(this.#presence, this.#surroundings.clock);
	}

	/**
	 * An application has come back, perhaps after a restart: it is told of what it has
	 * subscribed to here, beginning with what holds now.
	 *
	 * @param watcher a `pres:` URI
	 * @returns what is in progress; whatever else it remembers has ended
	 */
	resume(
		name: string,
		watcher: string,
		application: Application,
	): HeldSubscription[] {
		const endpoint = this.#principals.endpoint(watcher);
		if (endpoint === undefined) return [];
		return this.#here.resume(
			name,
			endpoint,
			(subscription) =>
				new Subscriber(subscription, application, this.#surroundings),
		);
	}

	/** An application is away and may resume: until then it is told nothing. */
	detach(application: string): void {
		for (const [, subscriber] of this.#face.subscribersOf(application)) {
			subscriber.close();
		}
		this.#elsewhere?.leave(application);
	}

	/** An application does not come back: its subscriptions end. */
	leave(application: string): void {
		for (const [key, subscriber] of this.#face.subscribersOf(application)) {
			subscriber.close();
			this.#face.remove(key, subscriber);
			this.#here.end(key);
		}
		this.#elsewhere?.leave(application);
	}

	/** Ends one of `subscriptions`, whose application does not come back. */
	end({ watcher, subscriptID }: SubscriptionName): void {
		const originator = this.#principals.endpoint(watcher);
		if (originator === undefined) return;
		this.#here.end({ originator, id: subscriptID });
	}

	/** From now on nobody is told anything; what is in progress stays so. */
	close(): void {
		this.#face.close();
		this.#elsewhere?.close();
	}

	/** What has been subscribed to and watched here, by whatever application. */
	subscriptions(): Iterable<HeldSubscription> {
		return this.#here.subscriptions();
	}

	#publishing(
		request: Publish,
	): { originator: Endpoint; publisher: Endpoint } | Refusal {
		const { transID, duration = 0 } = request;
		const problem =
			identifierProblem("TransID", transID) ?? durationProblem(duration);
		if (problem !== undefined) return problem;
		const originator = this.#principals.valid(request.originator);
		if (originator === undefined) return unknown(request.originator);
		if (this.#presence.guests.isGuest(originator)) {
			return refusal(537, `${originator} publishes in another protocol`);
		}
		const publisher = this.#principals.endpoint(request.publisher);
		if (publisher === undefined) return unknown(request.publisher);
		return { originator, publisher };
	}

	#begin(
		kind: LiveOperation["kind"],
		request: Subscribe,
		application: Application,
		refreshes = false,
	): void {
		const understood = this.#principals.understand(request);
		if ("code" in understood) {
			respond(request, application, understood);
			return;
		}
		const exchange = new Exchange(
			...([request, understood, application] as const),
			...([this.#surroundings, refreshes] as const),
		);
		if (this.#principals.isHere(understood.target)) {
			this.#here.begin(kind, exchange);
		} else if (this.#elsewhere === undefined) {
			exchange.respond(unknown(request.target));
		} else if (kind === "watch") exchange.respond(notWatched);
		else this.#elsewhere.begin(exchange);
	}
}
