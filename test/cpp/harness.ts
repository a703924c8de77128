import {
	type Application,
	type Body,
	Cpp,
	CppFace,
	type Notification,
	type Publish,
	type Published,
	type Remote,
	type Response,
	type Subscribe,
	type SubscriptionName,
	type WatcherNews,
} from "../../src/cpp/index.js";
import type { Domain, ManualClock } from "../../src/names/index.js";
import type { MemoryStore } from "../../src/store/index.js";
import { endpoint, Harness } from "../presence/harness.js";

/** An application that writes down what the service invokes. */
export class Recorder implements Application {
	readonly responses: Response[] = [];
	readonly notifications: Notification[] = [];
	readonly news: WatcherNews[] = [];
	readonly ends: SubscriptionName[] = [];
	/** All of it, in order, one line each. */
	readonly lines: string[] = [];

	response(response: Response): void {
		this.responses.push(response);
		const { status, reply, transID, duration } = response;
		const code = status === "success" ? "" : ` ${reply.code}`;
		this.lines.push(`response ${transID} ${status}${code} ${duration}`);
	}

	notify(notification: Notification): void {
		this.notifications.push(notification);
		const { subscriptID, target } = notification;
		this.lines.push(
			`notify ${subscriptID} ${target} ${basics(notification.content)}`,
		);
	}

	watched(news: WatcherNews): void {
		this.news.push(news);
		const { subscriber, action, duration } = news.news;
		this.lines.push(
			`watched ${news.subscriptID} ${action} ${subscriber} ${duration}`,
		);
	}

	ended(name: SubscriptionName): void {
		this.ends.push(name);
		this.lines.push(`ended ${name.subscriptID}`);
	}

	/** What came since the last time. */
	heard(): string[] {
		return this.lines.splice(0);
	}

	get last(): Notification {
		const last = this.notifications.at(-1);
		if (last === undefined) throw new Error("nothing has been notified");
		return last;
	}
}

/** The basic statuses that a body has, as far as one can read them from outside. */
export function basics({ contentType, octets }: Body): string {
	if (!contentType.startsWith("application/pidf+xml")) return contentType;
	const text = Buffer.from(octets).toString("latin1");
	return [...text.matchAll(/basic>\s*(\w+)/g)].map(([, it]) => it).join(" ");
}

let transID = 0;

/** A common profile over a presence core whose clock and store are moved by hand. */
export class Bench {
	readonly face = new CppFace();
	readonly core: Harness;
	readonly cpp: Cpp;

	constructor(
		parts: {
			clock?: ManualClock;
			store?: MemoryStore;
			remote?: Remote;
			longest?: number;
			guests?: readonly string[];
			guestDomains?: readonly Domain[];
		} = {},
	) {
		const { clock, store, remote, longest, guests = [] } = parts;
		const { guestDomains = [] } = parts;
		this.core = new Harness({
			...(clock === undefined ? {} : { clock }),
			...(store === undefined ? {} : { store }),
			...{ faces: [this.face], guests: guestDomains },
		});
		const { presence } = this.core;
		this.cpp = new Cpp({
			...{ presence, face: this.face, clock: this.core.clock },
			random: Math.random,
			isOurs: (domain) => ["example.com", ...guestDomains].includes(domain),
			isValid: (endpoint) =>
				presence.isValid(endpoint) || guests.includes(endpoint),
			...(remote === undefined ? {} : { remote }),
			...(longest === undefined ? {} : { longest }),
		});
	}

	/** The same data folder, after a crash. */
	async restarted(): Promise<Bench> {
		this.core.presence.close();
		this.cpp.close();
		const bench = new Bench({
			clock: this.core.clock,
			store: this.core.store.reopen(),
		});
		await bench.core.presence.load();
		bench.core.store.sync();
		return bench;
	}

	/** Subscribes, and commits. */
	subscribe(application: Application, request: Partial<Subscribe> = {}): void {
		this.cpp.subscribe(subscribeOf(request), application);
		this.core.store.sync();
	}

	refresh(application: Application, request: Partial<Subscribe> = {}): void {
		this.cpp.refresh(subscribeOf(request), application);
		this.core.store.sync();
	}

	watch(application: Application, request: Partial<Subscribe> = {}): void {
		this.cpp.watch(subscribeOf(request), application);
		this.core.store.sync();
	}

	/** Publishes as fred, commits, and gives the answer. */
	publish(request: Partial<Publish> = {}): Published {
		const answers: Published[] = [];
		this.cpp.publish(
			{
				originator: "pres:fred@example.com",
				publisher: "pres:fred@example.com",
				transID: "p",
				...request,
			},
			(published) => answers.push(published),
		);
		this.core.store.sync();
		const [answer, ...others] = answers;
		if (answer === undefined || others.length > 0) {
			throw new Error(`${answers.length} answers`);
		}
		return answer;
	}

	entry(local = "fred") {
		const entry = this.core.presence.entry(endpoint(local));
		if (entry === undefined) throw new Error(`${local} has no entry`);
		return entry;
	}

	advance(seconds: number): void {
		this.core.clock.advance(seconds * 1000);
		this.core.store.sync();
	}
}

export function subscribeOf(request: Partial<Subscribe>): Subscribe {
	transID += 1;
	return {
		application: "app",
		watcher: "pres:wilma@example.com",
		target: "pres:fred@example.com",
		duration: 3600,
		subscriptID: "s",
		transID: `t${transID}`,
		...request,
	};
}

/** A PIDF body. */
export function pidf(
	body: string,
	contentType = "application/pidf+xml",
): Body & { readonly octets: Buffer } {
	const text =
		"<?xml version=\"1.0\"?>\r\n<presence entity='pres:fred@example.com' " +
		`xmlns="urn:ietf:params:xml:ns:pidf">${body}</presence>`;
	return { contentType, octets: Buffer.from(text) };
}

export const tuple = (
	basic: string,
	contact = "im:fred@example.com",
	id = "t",
): string =>
	`<tuple id="${id}"><status><basic>${basic}</basic></status>` +
	`<contact>${contact}</contact></tuple>`;
