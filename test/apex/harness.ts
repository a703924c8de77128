import {
	APEX_PROFILE,
	type Delivery,
	Relay,
	type RelayParts,
	type Service,
} from "../../src/apex/index.js";
import {
	type Channel,
	type ChannelHandler,
	type Reply,
	type Request,
	Session,
} from "../../src/beep/index.js";
import { beepXml } from "../../src/mime/index.js";
import {
	type Endpoint,
	type Log,
	ManualClock,
	parseEndpoint,
} from "../../src/names/index.js";
import { pair } from "./pair.js";

export const START = Date.UTC(2000, 4, 14, 21, 2, 0);

export const OK = "<ok />";
const HEADER = beepXml("");

export function endpoint(text: string): Endpoint {
	const parsed = parseEndpoint(
		text.includes("@") ? text : `${text}@example.com`,
	);
	if (parsed === undefined) throw new Error(`${text} is no endpoint`);
	return parsed;
}

export const attachXml = (local: string, transID: number, options = "") =>
	`<attach endpoint='${endpoint(local)}' transID='${transID}'>${options}</attach>`;

export const bindXml = (domain: string, transID: number, options = "") =>
	`<bind relay='${domain}' transID='${transID}'>${options}</bind>`;

/** `data` from one endpoint for others, carrying a `note` that can be recognized. */
export function dataXml(
	from: string,
	to: string | string[],
	note = "",
): string {
	const recipients = [to]
		.flat()
		.map((each) => `<recipient identity='${endpoint(each)}' />`)
		.join("");
	return (
		`<data content='#Content'><originator identity='${endpoint(from)}' />${recipients}` +
		`<data-content Name='Content'><note>${note}</note></data-content></data>`
	);
}

/** An option, RFC 3340 §5; it is one that nobody understands. */
export const option = (attributes = "") =>
	`<option internal='riddle' transID='86' ${attributes}/>`;

/** A relay for example.com, what it logged, and what it was told of the world. */
export class Mesh {
	readonly clock = new ManualClock(START);
	readonly log = new Lines();
	readonly relay: Relay;
	/** Those who may not send to anybody, RFC 3341. */
	readonly silenced = new Set<string>();
	readonly sessions: Session[] = [];

	constructor(
		parts: Partial<RelayParts> = {},
		readonly limits: { messageOctets?: number } = {},
	) {
		this.relay = new Relay({
			clock: this.clock,
			log: this.log,
			isOurs: (domain) => domain === "example.com",
			decide: (_owner, actor) => !this.silenced.has(actor),
			mayAttach: (_session, who) => !who.startsWith("stranger"),
			mayBind: (_session, domain) => domain !== "example.com",
			attached: async () => {},
			...parts,
			// what passes through is as it came, unless a test asks for more
			limits: { hops: 0, ...parts.limits },
		});
	}

	/** A session with no channels yet. */
	async connect(): Promise<Session> {
		const [here, there] = pair();
		this.sessions.push(
			new Session(here, {
				role: "listener",
				profiles: [this.relay.profile()],
				limits: this.limits,
				peer: `peer ${this.sessions.length + 1}`,
			}),
		);
		const session = new Session(there, { role: "initiator" });
		await session.greeting;
		return session;
	}

	/** An application with one channel, attached or bound by what it sends. */
	async application(...operations: string[]): Promise<Application> {
		const application = await Application.start(await this.connect());
		for (const operation of operations) {
			const answer = await application.ask(operation);
			if (answer !== "ok") throw new Error(`${operation}: ${answer}`);
		}
		return application;
	}

	/** An application that is attached. */
	attached(...locals: string[]): Promise<Application> {
		return this.application(
			...locals.map((local, index) => attachXml(local, index + 1)),
		);
	}
}

/** The other side of an APEX channel. Every MSG that it gets is acknowledged, unless told otherwise. */
export class Application implements ChannelHandler {
	/** What came with the creation of the channel. */
	created = "";
	/** How it answers what it gets; false: not at all. */
	answer: ((request: Request) => void) | false = (request) =>
		request.reply(beepXml(OK));
	closedBy: number | undefined;
	#channel: Channel | undefined;
	readonly #received: Buffer[] = [];
	readonly #readers: ((payload: Buffer) => void)[] = [];

	static async start(session: Session, content = ""): Promise<Application> {
		const application = new Application();
		const started = await session.start([{ uri: APEX_PROFILE, content }], {
			handler: application,
		});
		application.#channel = started.channel;
		application.created = started.content;
		return application;
	}

	get channel(): Channel {
		if (this.#channel === undefined) throw new Error("no channel yet");
		return this.#channel;
	}

	get session(): Session {
		return this.channel.session;
	}

	/** Sends a MSG. @returns `ok`, or the code of an `error` */
	async ask(xml: string): Promise<string> {
		return answerOf(await this.channel.request(beepXml(xml)));
	}

	/** What the relay sends next, or has sent and nobody has looked at. */
	async next(): Promise<string> {
		const payload = (await this.nextPayload()).toString();
		return payload.startsWith(HEADER) ? payload.slice(HEADER.length) : payload;
	}

	nextPayload(): Promise<Buffer> {
		const payload = this.#received.shift();
		if (payload !== undefined) return Promise.resolve(payload);
		return new Promise((resolve) => this.#readers.push(resolve));
	}

	message(request: Request): void {
		const reader = this.#readers.shift();
		if (reader === undefined) this.#received.push(request.payload);
		else reader(request.payload);
		if (this.answer !== false) this.answer(request);
	}

	closing(code: number): undefined {
		this.closedBy = code;
	}
}

/** `ok`, or the code of an `error`. */
export function answerOf(reply: Reply): string {
	if (reply.kind !== "RPY" && reply.kind !== "ERR") return reply.kind;
	const [, name, code] =
		/<(ok|error)(?: code="(\d+)")?/.exec(reply.payload.toString()) ?? [];
	if (name === "ok" && reply.kind === "RPY") return "ok";
	return name === "error" && reply.kind === "ERR" ? String(code) : "nonsense";
}

/** What the note of a `dataXml` says. */
export function noteOf(xml: string): string | undefined {
	return /<note>(.*)<\/note>/s.exec(xml)?.[1];
}

/** A log that can be looked at. */
export class Lines implements Log {
	readonly lines: { level: string; fields: object; text: string }[] = [];

	debug(fields: object, text: string): void {
		this.lines.push({ level: "debug", fields, text });
	}

	info(fields: object, text: string): void {
		this.lines.push({ level: "info", fields, text });
	}

	warn(fields: object, text: string): void {
		this.lines.push({ level: "warn", fields, text });
	}

	error(fields: object, text: string): void {
		this.lines.push({ level: "error", fields, text });
	}

	at(level: string): string[] {
		return this.lines
			.filter((line) => line.level === level)
			.map(({ text }) => text);
	}
}

/** A service that keeps what it gets. */
export class Recorder implements Service {
	readonly deliveries: Delivery[] = [];
	readonly attachments: Endpoint[] = [];

	constructor(readonly name = "apex=riddle") {}

	receive(delivery: Delivery): void {
		this.deliveries.push(delivery);
	}

	attached(who: Endpoint): void {
		this.attachments.push(who);
	}
}
