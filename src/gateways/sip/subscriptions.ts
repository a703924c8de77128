import type { Cpp, GatewayStore } from "../../cpp/index.js";
import { formatPres, parsePres } from "../../cpp/index.js";
import {
	type Domain,
	domainOf,
	type Endpoint,
	type Random,
} from "../../names/index.js";
import { contactAt, Dialog, type DialogState } from "./dialog.js";
import { type Asking, contactOf, establish } from "./establish.js";
import { APPLICATION } from "./feed.js";
import type { Incoming } from "./incoming.js";
import { PresenceFeed } from "./presence-feed.js";
import type { Answer, Respond } from "./response.js";
import {
	ALLOW_EVENTS,
	readSubscribe,
	type SubscribeRequest,
} from "./subscribe.js";
import {
	type Parties,
	Subscription,
	type SubscriptionParts,
} from "./subscription.js";
import { newToken } from "./token.js";
import type { Unpermitted } from "./types.js";
import { WinfoFeed } from "./winfo-feed.js";

/** What the subscriptions of a gateway are handed. */
export interface SubscriptionsParts extends SubscriptionParts {
	readonly cpp: Cpp;
	readonly random: Random;
	readonly isOurs: (domain: Domain) => boolean;
	readonly unpermitted: (domain: Domain) => Unpermitted;
	readonly store: GatewayStore | undefined;
}

const KEY = "dialog:";

/** All dialogs, by our tags. */
export class Subscriptions {
	readonly #parts: SubscriptionsParts;
	readonly #byTag = new Map<string, Subscription>();
	readonly #ofWatcher = new Map<Endpoint, number>();

	constructor(parts: SubscriptionsParts) {
		this.#parts = parts;
	}

	get size(): number {
		return this.#byTag.size;
	}

	/**
	 * A SUBSCRIBE of who has been authenticated.
	 *
	 * @param parties the endpoints that From and the Request-URI name
	 */
	receive(incoming: Incoming, parties: Asking, respond: Respond): void {
		const request = readSubscribe(incoming.request, this.#parts.limits);
		if ("status" in request) respond(request);
		else if (incoming.toTag !== undefined) {
			this.#again(incoming, parties.watcher, request, respond);
		} else this.#begin(incoming, parties, request, respond);
	}

	/** A dialog as it was stored. @returns whether it can be gone on with */
	restore(key: string, text: string): boolean {
		if (!key.startsWith(KEY)) return false;
		const state: DialogState = JSON.parse(text);
		const { isOurs } = this.#parts;
		const watcher = parsePres(state.watcher, isOurs);
		const target = parsePres(state.target, isOurs);
		if (watcher === undefined || target === undefined) return false;
		this.#add(state, watcher, target);
		return true;
	}

	/** What has been restored goes on, and what no dialog is left of ends. */
	resume(): void {
		for (const subscription of [...this.#byTag.values()]) subscription.resume();
		const { cpp } = this.#parts;
		for (const held of [...cpp.subscriptions()]) {
			const [prefix, tag] = [
				held.application.slice(0, APPLICATION.length),
				held.application.slice(APPLICATION.length),
			];
			if (prefix === APPLICATION && !this.#byTag.has(tag)) cpp.end(held);
		}
	}

	close(): void {
		for (const subscription of this.#byTag.values()) subscription.close();
	}

	/** RFC 6665 §4.2.1.4: a SUBSCRIBE within its dialog. */
	#again(
		incoming: Incoming,
		watcher: Endpoint,
		{ event, accept, seconds }: SubscribeRequest,
		respond: Respond,
	): void {
		const subscription = this.#byTag.get(incoming.toTag ?? "");
		const dialog = subscription?.dialog;
		if (
			subscription === undefined ||
			!dialog?.owns(incoming) ||
			dialog.state.event !== event ||
			dialog.state.watcher !== formatPres(watcher)
		) {
			respond({ status: 481 });
			return;
		}
		// RFC 3261 §12.2.2
		if (incoming.cSeq.number <= dialog.state.remoteSeq) {
			respond({ status: 500, reason: "CSeq is not higher than before" });
			return;
		}
		dialog.flow = incoming.flow;
		dialog.change({
			accept,
			remoteSeq: incoming.cSeq.number,
			contact: contactOf(incoming) ?? dialog.state.contact,
		});
		this.#subscribe(subscription, incoming, seconds, respond);
	}

	#begin(
		incoming: Incoming,
		{ watcher, target }: Asking,
		request: SubscribeRequest,
		respond: Respond,
	): void {
		const { clock, random } = this.#parts;
		const state =
			this.#refusal(watcher) ??
			establish(incoming, { watcher, target }, request, {
				localTag: newToken(random),
				now: clock.now(),
			});
		if ("status" in state || target === undefined) {
			respond("status" in state ? state : { status: 404 });
			return;
		}
		const subscription = this.#add(state, watcher, target);
		subscription.dialog.flow = incoming.flow;
		// stored before the core stores the subscription
		if (request.seconds > 0) subscription.dialog.change({});
		this.#subscribe(subscription, incoming, request.seconds, respond);
	}

	#refusal(watcher: Endpoint): Answer | undefined {
		const { sipDialogs, sipDialogsPerWatcher } = this.#parts.limits;
		if (this.#byTag.size >= sipDialogs) {
			return { status: 503, fields: [["Retry-After", 60]] };
		}
		return (this.#ofWatcher.get(watcher) ?? 0) >= sipDialogsPerWatcher
			? { status: 403, reason: "too many subscriptions" }
			: undefined;
	}

	#subscribe(
		subscription: Subscription,
		{ flow, request }: Incoming,
		seconds: number,
		respond: Respond,
	): void {
		const { localTag } = subscription.dialog.state;
		const routes = request.headers.all("Record-Route");
		subscription.subscribe(seconds, (answer, granted) => {
			if (answer.status >= 300) {
				respond(answer);
				return;
			}
			respond({
				...answer,
				tag: localTag,
				fields: [
					...routes.map((route) => ["Record-Route", route] as const),
					["Expires", granted],
					["Contact", contactAt(flow)],
					["Allow-Events", ALLOW_EVENTS],
				],
			});
		});
	}

	#add(state: DialogState, watcher: Endpoint, target: Endpoint): Subscription {
		const parts = this.#parts;
		const { localTag, event } = state;
		const dialog = new Dialog(state, (kept) =>
			parts.store?.put(`${KEY}${localTag}`, kept && JSON.stringify(kept)),
		);
		const winfo = event === "presence.winfo";
		const parties: Parties = {
			...{ watcher, target },
			// RFC 3857 §4.6: who watches is for the presentity to know
			unpermitted: () =>
				winfo ? "reject" : parts.unpermitted(domainOf(target)),
		};
		const subscription = new Subscription(
			parts,
			dialog,
			parties,
			(listener) =>
				winfo
					? new WinfoFeed(parts, dialog, target, listener)
					: new PresenceFeed(parts, dialog, listener),
			() => {
				this.#byTag.delete(localTag);
				this.#count(watcher, -1);
			},
		);
		this.#byTag.set(localTag, subscription);
		this.#count(watcher, 1);
		return subscription;
	}

	#count(watcher: Endpoint, change: number): void {
		const count = (this.#ofWatcher.get(watcher) ?? 0) + change;
		if (count === 0) this.#ofWatcher.delete(watcher);
		else this.#ofWatcher.set(watcher, count);
	}
}
