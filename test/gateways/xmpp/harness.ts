import {
	type Body,
	Cpp,
	CppFace,
	formatPres,
	type GatewayStore,
	type GuestPort,
	type Notification,
} from "../../../src/cpp/index.js";
import {
	type Link,
	type LinkEvents,
	type Stanza,
	Xmpp,
	type XmppParts,
} from "../../../src/gateways/xmpp/index.js";
import type { Endpoint, Log, ManualClock } from "../../../src/names/index.js";
import { MemoryStore } from "../../../src/store/index.js";
import { Recorder } from "../../cpp/harness.js";
import { domain, endpoint, Harness } from "../../presence/harness.js";

export const COMPONENT = "apex.example.net";
export const APEX = domain("example.com");
export const CAPULET = domain("capulet.example");

/** A store whose disk is written to soon after it has something to write. */
class LiveStore extends MemoryStore {
	protected override added(): void {
		setImmediate(() => this.sync());
	}
}

/** The gateway's rows, in a store that writes at once. */
export class Rows implements GatewayStore {
	readonly #store = new MemoryStore();
	readonly #rows = this.#store.gateway("xmpp");
	/** Called after each change. */
	changed: () => void = () => {};

	static of(rows: Iterable<readonly [key: string, text: string]>): Rows {
		const copy = new Rows();
		for (const [key, text] of rows) copy.put(key, text);
		return copy;
	}

	put(key: string, text: string | undefined): void {
		this.#rows.put(key, text);
		this.#store.sync();
		this.changed();
	}

	rows(): AsyncIterable<readonly [string, string]> {
		return this.#rows.rows();
	}

	async all(): Promise<(readonly [key: string, text: string])[]> {
		const all = [];
		for await (const row of this.rows()) all.push(row);
		return all;
	}
}

/** A watcher that one can wait for. */
export class Watcher extends Recorder {
	#changed: () => void = () => {};

	override notify(notification: Notification): void {
		super.notify(notification);
		this.#changed();
	}

	/** Resolves when a document that has the text is what the watcher was told last. */
	async shows(text: string): Promise<void> {
		for (;;) {
			const octets = this.notifications.at(-1)?.content.octets ?? [];
			if (Buffer.from(octets).includes(text)) return;
			await new Promise<void>((resolve) => {
				this.#changed = resolve;
			});
		}
	}
}

/** A common profile that remembers what gateways publish of guests. */
class ListeningCpp extends Cpp {
	readonly published: { subject: Endpoint; body: Body | undefined }[] = [];

	override register(...domain: Parameters<Cpp["register"]>): GuestPort {
		const port = super.register(...domain);
		return {
			publish: (subject, body, refused) => {
				this.published.push({ subject, body });
				port.publish(subject, body, refused);
			},
		};
	}
}

/** A core with its common profile, where users of `capulet.example` are guests. */
export class Core {
	readonly face = new CppFace();
	readonly presence: Harness;
	readonly cpp: ListeningCpp;
	#ids = 0;

	constructor(
		parts: {
			clock?: ManualClock;
			store?: MemoryStore;
			longest?: number;
		} = {},
	) {
		const { clock, store = new LiveStore(), longest } = parts;
		this.presence = new Harness({
			...(clock === undefined ? {} : { clock }),
			...{ store, faces: [this.face], guests: [CAPULET] },
		});
		const { presence } = this.presence;
		this.cpp = new ListeningCpp({
			...{ presence, face: this.face },
			...{ clock: this.presence.clock, random: Math.random },
			isOurs: (name) => name === APEX || name === CAPULET,
			isValid: (name) => presence.isValid(name),
			...(longest === undefined ? {} : { longest }),
		});
		this.presence.provision("fred", "wilma");
	}

	get published() {
		return this.cpp.published;
	}

	/** Somebody here subscribes to an XMPP user. */
	watch(target: string, watcher = "wilma"): Watcher {
		const recorder = new Watcher();
		this.#subscribe({ watcher, target, duration: 1e6 }, recorder);
		return recorder;
	}

	unwatch(target: string, watcher = "wilma"): void {
		this.#subscribe({ watcher, target, duration: 0 }, new Recorder());
	}

	/** An endpoint publishes tuples of PIDF. */
	publish(who: string, tuples: string, duration?: number): void {
		const uri = formatPres(endpoint(who));
		this.cpp.publish(
			{
				...{ originator: uri, publisher: uri, transID: this.#id() },
				content: pidf(tuples),
				...(duration === undefined ? {} : { duration }),
			},
			({ status, reply }) => {
				if (status === "failure") throw new Error(reply.text);
			},
		);
		this.presence.store.sync();
	}

	#subscribe(
		names: { watcher: string; target: string; duration: number },
		application: Recorder,
	): void {
		const { watcher, target, duration } = names;
		this.cpp.subscribe(
			{
				...{ application: "test", subscriptID: target, transID: this.#id() },
				watcher: formatPres(endpoint(watcher)),
				target: formatPres(endpoint(target)),
				duration,
			},
			application,
		);
		this.presence.store.sync();
	}

	#id(): string {
		this.#ids += 1;
		return `i${this.#ids}`;
	}
}

/** A gateway whose XMPP server is the test. */
export class Bench {
	readonly core: Core;
	readonly rows: Rows;
	readonly xmpp: Xmpp;
	readonly logged: string[] = [];
	events: LinkEvents = { online() {}, lost() {}, stanza() {} };
	up = false;
	readonly #sent: Stanza[] = [];

	constructor(parts: Partial<XmppParts> & { core?: Core; rows?: Rows } = {}) {
		this.core = parts.core ?? new Core();
		this.rows = parts.rows ?? new Rows();
		const line = (_fields: object, text: string): void => {
			this.logged.push(text);
		};
		const log: Log = { debug() {}, info: line, warn: line, error: line };
		const link: Link = {
			send: (stanza) => {
				if (this.up) this.#sent.push(stanza);
				return this.up;
			},
			close: async () => {},
		};
		this.xmpp = new Xmpp({
			...{ cpp: this.core.cpp, clock: this.core.presence.clock, log },
			...{ random: () => 0.5, store: this.rows },
			component: { domain: COMPONENT, host: "", port: 0, password: "" },
			domains: [APEX],
			guestDomains: [CAPULET],
			openLink: (_parts, events) => {
				this.events = events;
				return link;
			},
			...parts,
		});
	}

	static async online(
		parts: Partial<XmppParts> & { core?: Core; rows?: Rows } = {},
	): Promise<Bench> {
		const bench = new Bench(parts);
		await bench.xmpp.start();
		bench.connect();
		return bench;
	}

	connect(): void {
		this.up = true;
		this.events.online();
		this.core.presence.store.sync();
	}

	disconnect(): void {
		this.up = false;
		this.events.lost();
	}

	/** A stanza arrives, and everything that follows from it at once happens. */
	async receive(stanza: Stanza, cut = false): Promise<string[]> {
		this.events.stanza(stanza, cut);
		await this.settle();
		return this.sent();
	}

	async settle(): Promise<void> {
		for (let turn = 0; turn < 3; turn += 1) {
			await new Promise((resolve) => setImmediate(resolve));
			this.core.presence.store.sync();
		}
	}

	/** `juliet` tells `fred`. */
	async juliet(
		type: string | undefined,
		to = `fred@${COMPONENT}`,
		...children: Stanza[]
	): Promise<string[]> {
		const from = type === undefined || type === "unavailable" ? "/balcony" : "";
		return this.receive(
			presence(type, `juliet@capulet.example${from}`, to, ...children),
		);
	}

	advance(seconds: number): void {
		this.core.presence.clock.advance(seconds * 1000);
		this.core.presence.store.sync();
	}

	/** What has been sent since the last time. */
	sent(): string[] {
		return this.#sent.splice(0).map(lineOf);
	}

	/** The last document that was published of a guest. */
	get document(): string {
		const { body } = this.core.published.at(-1) ?? {};
		return body === undefined ? "" : Buffer.from(body.octets).toString();
	}
}

export function presence(
	type: string | undefined,
	from: string,
	to: string,
	...children: Stanza[]
): Stanza {
	const attrs = type === undefined ? {} : { type };
	return {
		name: "presence",
		attrs: { ...attrs, from, to, id: "i1" },
		children,
	};
}

export function child(name: string, text: string, lang?: string): Stanza {
	const attrs = lang === undefined ? {} : { "xml:lang": lang };
	return { name, attrs, children: [text] };
}

/** A stanza in one line, its names shortened. */
export function lineOf({ attrs, children }: Stanza): string {
	const { type = "available", from = "", to = "" } = attrs;
	const parts = children.map((part) => {
		if (typeof part === "string") return part;
		const [condition] = part.children;
		const lang = part.attrs["xml:lang"];
		const text =
			typeof condition === "object" ? condition.name : (condition ?? "");
		return `${part.name}${lang === undefined ? "" : `[${lang}]`}=${text}`;
	});
	const short = (jid: string): string =>
		jid.replace(`@${COMPONENT}`, "@").replace("@capulet.example", "@c");
	return [`${short(from)} > ${short(to)}: ${type}`, ...parts].join(" ");
}

export function pidf(tuples: string): Body {
	const text =
		'<presence xmlns="urn:ietf:params:xml:ns:pidf" ' +
		'xmlns:im="urn:ietf:params:xml:ns:pidf:im" entity="pres:fred@example.com">' +
		`${tuples}</presence>`;
	return { contentType: "application/pidf+xml", octets: Buffer.from(text) };
}

export function tuple(
	id: string,
	basic: string,
	more: { im?: string; note?: string; priority?: string } = {},
): string {
	const { im, note, priority } = more;
	return [
		`<tuple id="${id}"><status><basic>${basic}</basic>`,
		im === undefined ? "" : `<im:im>${im}</im:im>`,
		"</status>",
		priority === undefined
			? ""
			: `<contact priority="${priority}">im:fred@example.com</contact>`,
		note === undefined ? "" : `<note>${note}</note>`,
		"</tuple>",
	].join("");
}
