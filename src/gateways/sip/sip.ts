/** A SIP presence agent, RFC 3856, over the common profile. */
import { randomBytes } from "node:crypto";
import type { Domain, Endpoint, Random } from "../../names/index.js";
import { ClientTransactions } from "./client-transactions.js";
import { Complaints } from "./complaints.js";
import { Digest } from "./digest.js";
import { type Incoming, readIncoming } from "./incoming.js";
import { formatMessage, type Message, parseDatagram } from "./message.js";
import { Publications } from "./publications.js";
import { Registrar } from "./register.js";
import { METHODS, Requests, unanswerable } from "./requests.js";
import { type Answer, type Respond, responseTo } from "./response.js";
import { ServerTransactions } from "./server-transactions.js";
import { Subscriptions } from "./subscriptions.js";
import { newToken } from "./token.js";
import {
	type Flow,
	type Network,
	SIP_LIMITS,
	type SipFigures,
	type SipLimits,
	type SipParts,
} from "./types.js";
import { Waiting } from "./waiting.js";

/** What methods are counted as that are not served: peers choose their names. */
const OTHER = "other";

/** The gateway. Listeners hand it what comes, and a network to send by. */
export class Sip {
	readonly limits: SipLimits;
	readonly #parts: SipParts;
	readonly #random: Random;
	readonly #complaints: Complaints;
	readonly #requests: Requests;
	readonly #servers: ServerTransactions;
	readonly #clients: ClientTransactions;
	readonly #subscriptions: Subscriptions;
	readonly #publications: Publications;
	readonly #registrar: Registrar;
	#network: Network | undefined;
	/** How many requests of each method have come. */
	readonly #received = new Map(
		[...METHODS, OTHER].map((method) => [method, 0]),
	);
	#transIDs = 0;
	/** Whether what comes is taken. */
	#open = false;

	constructor(parts: SipParts) {
		const limits = { ...SIP_LIMITS, ...parts.limits };
		const { cpp, clock, random, store, log } = parts;
		this.limits = limits;
		this.#parts = parts;
		this.#random = random;
		this.#complaints = new Complaints(clock, log);
		const { secret = randomBytes(32), digest, attempts } = parts;
		this.#servers = new ServerTransactions(clock, limits.sipTransactions);
		this.#clients = new ClientTransactions(clock, random);
		const isOurs = (domain: Domain): boolean => parts.domains.includes(domain);
		const transID = (): string => {
			this.#transIDs += 1;
			return `sip-${this.#transIDs}`;
		};
		const shared = { cpp, clock, random, limits, store, transID };
		this.#subscriptions = new Subscriptions({
			...shared,
			waiting: new Waiting(),
			transactions: this.#clients,
			network: () => this.#opened(),
			isOurs,
			unpermitted: parts.unpermitted ?? (() => "reject"),
		});
		this.#publications = new Publications(shared);
		this.#registrar = new Registrar(clock, limits);
		this.#requests = new Requests({
			...{ isOurs, dev: parts.dev, enter: parts.enter },
			digest: new Digest({ clock, secret, digest, attempts }),
			subscriptions: this.#subscriptions,
			publications: this.#publications,
			registrar: this.#registrar,
		});
	}

	/** Dialogs in progress. */
	get dialogs(): number {
		return this.#subscriptions.size;
	}

	get figures(): SipFigures {
		const registrar = this.#registrar;
		return {
			dialogs: this.dialogs,
			publications: this.#publications.size,
			// those that have ended are left out one by one: only for whoever asks
			get registrations() {
				return registrar.size;
			},
			transactions: {
				server: this.#servers.size,
				client: this.#clients.size,
			},
			requests: this.#received,
		};
	}

	/** The URIs at which an endpoint has registered. */
	contacts(endpoint: Endpoint): string[] {
		return this.#registrar.contacts(endpoint);
	}

	/** Begins: what was in progress before a restart goes on. To be called once. */
	async start(network: Network): Promise<void> {
		this.#network = network;
		const { store } = this.#parts;
		const rows = store?.rows() ?? [];
		for await (const [key, text] of rows) {
			if (!this.#restored(key, text)) store?.put(key, undefined);
		}
		this.#open = true;
		this.#subscriptions.resume();
	}

	/** @returns whether it still means something */
	#restored(key: string, text: string): boolean {
		try {
			return (
				this.#subscriptions.restore(key, text) ||
				this.#publications.restore(key, text)
			);
		} catch (error) {
			this.#parts.log.error({ error, key }, "what is stored cannot be read");
			return false;
		}
	}

	/** Nothing is sent any more; what is stored stays so. */
	close(): void {
		this.#open = false;
		this.#clients.close();
		this.#subscriptions.close();
		this.#publications.close();
	}

	/** A datagram has come. */
	datagram(octets: Buffer, flow: Flow): void {
		// RFC 5626 §3.5.1 and others: what only keeps a path open
		if (octets.length <= 4 && /^[\r\n\0]*$/.test(octets.toString("latin1"))) {
			return;
		}
		const { message, problem } = parseDatagram(octets) ?? {};
		if (message === undefined) this.complain(flow.address, "a datagram");
		else this.receive(message, flow, problem);
	}

	/** What came is no SIP. */
	complain(address: string, why: string): void {
		this.#complaints.add(address, why);
	}

	/** A message has come. @param problem why it cannot be taken, if so */
	receive(message: Message, flow: Flow, problem?: string): void {
		if (!this.#open) return;
		if (!("method" in message)) {
			if (problem === undefined) this.#clients.receive(message);
			return;
		}
		const incoming = readIncoming(message, flow);
		// RFC 3261 §17.1.1.3: nobody answers an ACK
		if (incoming === undefined || message.method === "ACK") {
			if (incoming === undefined) this.complain(flow.address, "no Via");
			return;
		}
		const wrong = "problem" in incoming ? incoming.problem : problem;
		if (wrong !== undefined || "problem" in incoming) {
			this.complain(flow.address, wrong ?? "");
			const { vias, back } = incoming;
			const answer = { status: 400, reason: `Bad Request: ${wrong}` } as const;
			this.#send({ request: message, vias, back }, flow, answer);
			return;
		}
		this.#take(incoming);
	}

	#take(incoming: Incoming): void {
		const { request, flow, transaction } = incoming;
		const label = this.#received.has(request.method) ? request.method : OTHER;
		this.#received.set(label, (this.#received.get(label) ?? 0) + 1);
		const refused = unanswerable(request, this.limits);
		if (refused !== undefined) {
			this.#send(incoming, flow, refused);
			return;
		}
		const known = this.#servers.begin(transaction, flow.protocol === "TCP");
		if (known === undefined) return;
		let open = true;
		const respond: Respond = (answer) => {
			if (!open) return;
			open = false;
			const octets = this.#octets(incoming, answer);
			known.answered(repeatable(octets, this.#way(incoming, flow)));
		};
		this.#requests.serve(incoming, respond).catch((error: unknown) => {
			this.#parts.log.error({ error }, "a request could not be served");
			respond({ status: 500 });
		});
	}

	#send(incoming: Answerable, flow: Flow, answer: Answer): void {
		this.#way(incoming, flow).send(this.#octets(incoming, answer));
	}

	#octets(incoming: Answerable, answer: Answer): Buffer {
		return formatMessage(responseTo(incoming, answer, newToken(this.#random)));
	}

	/** RFC 3261 §18.2.2: over TCP on the connection that the request came by. */
	#way({ back }: Answerable, flow: Flow): Flow {
		const returned = flow.protocol === "TCP" || back.port === flow.port;
		return returned ? flow : this.#opened().open(back);
	}

	#opened(): Network {
		if (this.#network === undefined) throw new Error("not started");
		return this.#network;
	}
}

/** A closure of its own, for it is kept for 32 seconds: nothing of the request is, with it. */
function repeatable(octets: Buffer, way: Flow): () => void {
	// no slice of a larger buffer either
	const text = octets.toString("latin1");
	return () => way.send(Buffer.from(text, "latin1"));
}

type Answerable = Pick<Incoming, "request" | "vias" | "back"> &
	Partial<Pick<Incoming, "toTag">>;
