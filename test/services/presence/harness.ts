import { once } from "node:events";
import { expect, onTestFinished } from "vitest";
import { Relay } from "../../../src/apex/index.js";
import { type Request, Session } from "../../../src/beep/index.js";
import { BEEP_XML, beepXml, writeRelated } from "../../../src/mime/index.js";
import {
	addressOf,
	isService,
	ManualClock,
	type Offset,
	parseTimestamp,
} from "../../../src/names/index.js";
import { Presence, type PresenceStore } from "../../../src/presence/index.js";
import {
	ApexFace,
	PresenceService,
} from "../../../src/services/presence/index.js";
import { MemoryStore } from "../../../src/store/index.js";
import {
	type Element,
	elementsOf,
	escapeAttribute,
	readAny,
} from "../../../src/xml/index.js";
import {
	Application,
	answerOf,
	endpoint,
	Lines,
	noteOf,
	OK,
} from "../../apex/harness.js";
import { pair } from "../../apex/pair.js";

export { endpoint, OK };

export const START = Date.UTC(2000, 4, 14, 21, 2, 0);
export const DAY = 86_400;
export const SERVICE = "apex=presence@example.com";

/** What everybody publishes who has nothing special to say. */
export const TUPLE =
	'<tuple destination="apex:fred/appl=im@example.com" availableUntil="2525-12-31T23:59:59-08:00" />';

/** A store, and how what waits in it is made durable and told. */
export interface Disk {
	readonly store: PresenceStore;
	sync(): void | Promise<void>;
}

/** The relay of example.com with its presence service, on a clock that is moved by hand. */
export class World {
	readonly clock: ManualClock;
	readonly log = new Lines();
	readonly presence: Presence;
	readonly relay: Relay;
	readonly disk: Disk;
	/** Operations that RFC 3341 would not allow, as `wilma presence:watch fred`. */
	readonly forbidden = new Set<string>();

	private constructor(disk: Disk, clock: ManualClock, offset: Offset) {
		this.disk = disk;
		this.clock = clock;
		const decide = (owner: string, actor: string, action: string) =>
			!this.forbidden.has(`${nameOf(actor)} ${action} ${nameOf(owner)}`);
		this.relay = new Relay({
			clock,
			log: this.log,
			isOurs: (domain) => domain === "example.com",
			decide,
			mayAttach: () => true,
			mayBind: (_session, domain) => domain !== "example.com",
			attached: async () => {},
		});
		const { post } = this.relay;
		const face = new ApexFace({ post, clock, offset });
		this.presence = new Presence({
			...{ store: disk.store, clock, log: this.log },
			...{ allows: decide, faces: [face] },
		});
		this.relay.addService(
			new PresenceService({
				...{ presence: this.presence, face, post, log: this.log },
			}),
		);
	}

	static async start(
		options: { disk?: Disk; clock?: ManualClock; offset?: Offset } = {},
	): Promise<World> {
		const { clock = new ManualClock(START), offset = "Z" } = options;
		const disk =
			options.disk ?? new MemoryStoreDisk(new MemoryStore({ clock }));
		const world = new World(disk, clock, offset);
		await world.presence.load();
		world.clock.advance(0);
		await disk.sync();
		return world;
	}

	/** What would be found after a crash, as another world. */
	async crash(): Promise<World> {
		this.presence.close();
		const disk = new MemoryStoreDisk(this.#memory.reopen());
		return World.start({ disk, clock: this.clock });
	}

	/** The keys of one section of the store. */
	async stored(section: string): Promise<string[]> {
		await this.disk.sync();
		const keys: string[] = [];
		for await (const row of this.#memory.inspect()) {
			if (row.section === section) keys.push(row.key);
		}
		return keys;
	}

	get #memory(): MemoryStore {
		if (this.disk instanceof MemoryStoreDisk) return this.disk.store;
		throw new Error("this world has another store");
	}

	async provision(...names: string[]): Promise<void> {
		const done = names.map((name) => this.presence.provision(endpoint(name)));
		await this.disk.sync();
		await Promise.all(done);
	}

	/** Lets time pass, in seconds, and what falls due be committed. */
	async wait(seconds: number): Promise<void> {
		this.clock.advance(seconds * 1000);
		await this.disk.sync();
	}

	/** Somebody with a session of their own, and a presence entry. */
	async person(name: string, reader: Reader = {}): Promise<Person> {
		await this.provision(addressOf(endpoint(name)));
		return this.attach(name, reader);
	}

	/** Somebody with a session of their own. */
	async attach(name: string, reader: Reader = {}): Promise<Person> {
		const { limits = {}, answering = true } = reader;
		const [here, there] = pair();
		const profiles = [this.relay.profile()];
		const served = new Session(here, { role: "listener", profiles });
		const session = new Session(there, { role: "initiator", limits });
		onTestFinished(() => session.abort("the test is over"));
		await session.greeting;
		const application = await Application.start(session);
		const person = new Person(this, name, application, served);
		if (!answering) person.stopAnswering();
		await person.attach();
		return person;
	}
}

/** How somebody reads. */
export interface Reader {
	/** Of BEEP: `requests` are the MSGs that may be unanswered before the window stays shut. */
	readonly limits?: { readonly requests?: number };
	/** Whether what comes is acknowledged from the beginning. */
	readonly answering?: boolean;
}

class MemoryStoreDisk implements Disk {
	constructor(readonly store: MemoryStore) {}

	sync(): void {
		this.store.sync();
	}
}

/** An application that is attached as one endpoint. It acknowledges all that it gets, unless told otherwise. */
export class Person {
	readonly #world: World;
	readonly #application: Application;
	/** The service's side of the session. */
	readonly #served: Session;
	/** MSGs that have not been acknowledged. */
	readonly unanswered: Request[] = [];
	#fences = 0;

	constructor(
		world: World,
		readonly name: string,
		application: Application,
		served: Session,
	) {
		this.#world = world;
		this.#application = application;
		this.#served = served;
	}

	async attach(): Promise<void> {
		const answer = await this.#application.ask(
			`<attach endpoint="${identity(this.name)}" transID='1' />`,
		);
		if (answer !== "ok") throw new Error(`attach: ${answer}`);
	}

	/** RFC 3340 §4.4.3: ends the attachment; the session stays. */
	async detach(): Promise<void> {
		await this.#application.ask("<terminate transID='1' />");
	}

	/** Ends the session as a broken network would; returns when the service knows. */
	async drop(): Promise<void> {
		const known = once(this.#served, "close");
		this.#application.session.abort("dropped");
		await known;
	}

	/** From now on nothing is acknowledged, and the window stays shut once `limits.requests` wait. */
	stopAnswering(): void {
		this.#application.answer = (request) => this.unanswered.push(request);
	}

	/** Acknowledges what waits, and again all that comes. */
	answerAll(): void {
		this.#application.answer = (request) => request.reply(beepXml(OK));
		for (const request of this.unanswered.splice(0)) request.reply(beepXml(OK));
	}

	/** Sends an element to the service. It has been decided on when this returns. */
	async ask(xml: string, service = SERVICE): Promise<void> {
		const answer = await this.#application.ask(
			enclosed(this.name, service, xml),
		);
		if (answer !== "ok") throw new Error(`data: ${answer}`);
	}

	/** Sends a whole BEEP message. @returns `ok`, or the code of an `error` */
	async send(payload: string | Buffer): Promise<string> {
		return answerOf(await this.#application.channel.request(payload));
	}

	subscribe(subject: string, transID: number, duration: number): Promise<void> {
		return this.ask(beginXml("subscribe", subject, transID, duration));
	}

	watch(subject: string, transID: number, duration: number): Promise<void> {
		return this.ask(beginXml("watch", subject, transID, duration));
	}

	terminate(transID: number): Promise<void> {
		return this.ask(`<terminate transID='${transID}' />`);
	}

	/** Publishes knowing a `lastUpdate`: seconds since the start, or as it is to be written. */
	publish(
		subject: string,
		transID: number,
		lastUpdate: number | string,
		more: Publication = {},
	): Promise<void> {
		return this.ask(publishXml(subject, transID, lastUpdate, more));
	}

	/** What has come since the last time, once all that waited was committed; in short. */
	async heard(): Promise<string[]> {
		return (await this.heardXml()).map(short);
	}

	/** The same, as the elements themselves. */
	async heardXml(): Promise<string[]> {
		await this.#world.disk.sync();
		return this.#arrived();
	}

	/** What has come, with nothing committed that was not committed already; in short. */
	async sofar(): Promise<string[]> {
		return (await this.#arrived()).map(short);
	}

	/** What has come before something that is sent now. */
	async #arrived(): Promise<string[]> {
		const fence = `fence ${++this.#fences}`;
		await this.ask(`<note>${fence}</note>`, this.name);
		const arrived: string[] = [];
		for (;;) {
			const message = await this.#application.next();
			if (noteOf(message) === fence) return arrived;
			arrived.push(contentOf(message, this.name));
		}
	}

	/** Waits for elements, in short: for those who cannot be asked for `heard`, since they do not acknowledge. */
	async hears(...expected: string[]): Promise<void> {
		await this.#world.disk.sync();
		for (const line of expected) {
			const message = await this.#application.next();
			expect(short(contentOf(message, this.name))).toBe(line);
		}
	}
}

/** What else a publication says. */
export interface Publication {
	/** The publisher that the `presence` element names. */
	publisher?: string;
	/** The inside of the `presence` element. */
	tuples?: string;
	publisherInfo?: string;
}

export function beginXml(
	kind: "subscribe" | "watch",
	subject: string,
	transID: number | string,
	duration: number | string,
): string {
	return `<${kind} publisher='${endpoint(subject)}' transID='${transID}' duration='${duration}' />`;
}

export function publishXml(
	subject: string,
	transID: number | string,
	lastUpdate: number | string,
	{ publisher = subject, tuples = TUPLE, publisherInfo }: Publication = {},
): string {
	const instant =
		typeof lastUpdate === "number" ? timestamp(lastUpdate) : lastUpdate;
	const info =
		publisherInfo === undefined
			? ""
			: `publisherInfo="${escapeAttribute(publisherInfo)}"`;
	return (
		`<publish publisher='${endpoint(subject)}' transID='${transID}' timeStamp='2000-05-14T13:30:00-08:00'>` +
		`<presence publisher='${endpoint(publisher)}' lastUpdate='${instant}' ${info}>${tuples}</presence></publish>`
	);
}

/** An instant that many seconds after the start. */
export function timestamp(seconds: number): string {
	return new Date(START + seconds * 1000).toISOString();
}

/** `data` with its content inside, RFC 3340 §4.1. */
export function enclosed(from: string, to: string, xml: string): string {
	return (
		`<data content='#Content'><originator identity="${identity(from)}" />` +
		`<recipient identity="${identity(to)}" />` +
		`<data-content Name='Content'>${xml}</data-content></data>`
	);
}

/** A message whose content is beside the `data`, RFC 3340 §4.1. */
export function beside(from: string, to: string, xml: string): Buffer {
	const body =
		`<data content='cid:content@example.com'><originator identity="${identity(from)}" />` +
		`<recipient identity="${identity(to)}" /></data>`;
	return writeRelated(
		"boundary",
		{ contentId: "root@example.com", contentType: BEEP_XML, body },
		{ contentId: "content@example.com", contentType: BEEP_XML, body: xml },
	);
}

/** The element inside `data`, which has to be from the service and for the one named. */
function contentOf(data: string, name: string): string {
	const { root } = readAny(data);
	const [originator, recipient, content] = elementsOf(root);
	if (!isService(endpoint(originator?.attributes.identity ?? ""))) {
		throw new Error(`not from a service: ${data}`);
	}
	if (recipient?.attributes.identity !== endpoint(name)) {
		throw new Error(`not for ${name}: ${data}`);
	}
	const [element] = content === undefined ? [] : elementsOf(content);
	if (element === undefined) throw new Error(`nothing in ${data}`);
	return data.slice(element.start, element.end);
}

/**
 * An element from the service in one line: `reply CODE transID`, `publish transID SECONDS`
 * (of the `lastUpdate`, since the start), `notify transID ACTION WHO DURATION`, `terminate transID`.
 */
function short(xml: string): string {
	const { root } = readAny(xml);
	const { name, attributes } = root;
	const { transID, code, action, subscriber = "", duration } = attributes;
	switch (name) {
		case "reply":
			return `reply ${code} ${transID}`;
		case "publish":
			return `publish ${transID} ${seconds(root)}`;
		case "notify":
			return `notify ${transID} ${action} ${nameOf(subscriber)} ${duration}`;
		case "terminate":
			return `terminate ${transID}`;
		default:
			throw new Error(`the service sent ${xml}`);
	}
}

function seconds(publish: Element): number {
	const [presence] = elementsOf(publish);
	const instant = parseTimestamp(presence?.attributes.lastUpdate ?? "");
	if (instant === undefined) throw new Error("publish without lastUpdate");
	return (instant.ms - START) / 1000;
}

const identity = (name: string): string => escapeAttribute(endpoint(name));

const nameOf = (who: string): string => who.replace(/@example\.com$/, "");
