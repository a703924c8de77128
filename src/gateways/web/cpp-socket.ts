import type { WebSocket } from "ws";
import { formatPres, parsePres, type Response } from "../../cpp/index.js";
import { type Endpoint, type Refusal, refusal } from "../../names/index.js";
import { applicationName } from "./applications.js";
import { type Credentials, mayActAs } from "./credentials.js";
import {
	type LoginMessage,
	type PublishMessage,
	readMessage,
	type SubscribeMessage,
} from "./messages.js";
import { Outbox } from "./outbox.js";
import type { Pulse } from "./pulse.js";
import * as tell from "./tellings.js";
import type { WebLimits, WebParts } from "./types.js";
import type { Visits } from "./visits.js";

/** RFC 6455 §7.4.1: data of a type that is not taken; and a policy. */
const UNSUPPORTED_DATA = 1003;
const POLICY_VIOLATION = 1008;

type Parts = Pick<WebParts, "cpp" | "clock" | "random" | "log" | "domains"> & {
	readonly credentials: Credentials;
	readonly visits: Visits;
	readonly limits: WebLimits;
};

/** Who is at the other end of a connection. */
export interface Peer {
	/** Undefined until it has logged in. */
	readonly who: Endpoint | undefined;
	readonly address: string | undefined;
}

/** The common profile over a WebSocket: one connection, one application. */
export class CppSocket {
	readonly #socket: WebSocket;
	readonly #parts: Parts;
	readonly #address: string | undefined;
	readonly #application: string;
	readonly #outbox: Outbox;
	/** Which of what is in progress are watches: a cancel does not say so. */
	readonly #watches = new Set<string>();
	#who: Endpoint | undefined;
	#gone = false;
	/** Messages are taken one after another, also while a login takes its time. */
	#turn: Promise<void> = Promise.resolve();

	constructor(socket: WebSocket, pulse: Pulse, parts: Parts, peer: Peer) {
		this.#socket = socket;
		this.#parts = parts;
		this.#address = peer.address;
		this.#application = applicationName(parts.random);
		this.#outbox = new Outbox(
			{
				write: (text, written) =>
					socket.send(text, () => {
						pulse.sign();
						written();
					}),
				waiting: () => socket.bufferedAmount,
				overflow: () => this.#overflow(),
			},
			parts.limits,
		);
		socket.on("message", (data: Buffer, isBinary) => {
			if (isBinary) socket.close(UNSUPPORTED_DATA, "text messages only");
			else this.#take(data.toString());
		});
		socket.once("close", () => {
			this.#gone = true;
			this.#outbox.close();
			parts.cpp.leave(this.#application);
		});
		if (peer.who !== undefined) this.#welcome(peer.who);
		else this.#awaitLogin();
	}

	#awaitLogin(): void {
		const { clock, credentials, limits } = this.#parts;
		if (credentials.optional) return;
		const latest = clock.now() + limits.unauthenticatedSeconds * 1000;
		const disarm = clock.at(latest, () => {
			if (this.#who !== undefined) return;
			this.#socket.close(POLICY_VIOLATION, "log in");
		});
		this.#socket.once("close", disarm);
	}

	#take(text: string): void {
		this.#turn = this.#turn
			.then(() => this.#receive(text))
			.catch((error: Error) => {
				this.#parts.log.error({ error }, "a message could not be taken");
				this.#socket.terminate();
			});
	}

	async #receive(text: string): Promise<void> {
		if (this.#gone) return;
		const message = readMessage(text);
		if ("code" in message) {
			this.#outbox.send(tell.errorText(message));
		} else if (message.op === "login") await this.#login(message);
		else if (this.#who === undefined && !this.#parts.credentials.optional) {
			const { transID } = message;
			this.#outbox.send(tell.errorText({ ...refusal(530, "log in"), transID }));
		} else if (message.op === "publish") await this.#publish(message);
		else this.#subscribe(message);
	}

	async #login({ user, password }: LoginMessage): Promise<void> {
		if (this.#who !== undefined) {
			this.#error(refusal(555, `you are ${this.#who}`));
			return;
		}
		// what comes meanwhile waits where it is
		this.#socket.pause();
		const { credentials } = this.#parts;
		const who = await credentials
			.login(user, password, this.#address)
			.finally(() => this.#socket.resume());
		if (typeof who === "string") this.#welcome(who);
		else this.#error(who);
	}

	#welcome(who: Endpoint): void {
		this.#who = who;
		const leave = this.#parts.visits.add(who, () =>
			this.#socket.close(POLICY_VIOLATION, "there is no such account any more"),
		);
		this.#socket.once("close", leave);
		this.#outbox.send(tell.welcomeText(who));
	}

	#error(refused: Refusal): void {
		this.#outbox.send(tell.errorText(refused));
	}

	#subscribe(message: SubscribeMessage): void {
		const { cpp } = this.#parts;
		const { op, target, duration, subscriptID, transID } = message;
		const watcher = message.watcher ?? this.#own() ?? target;
		const endpoint = this.#acting(watcher);
		if (typeof endpoint === "object") {
			this.#refuse(transID, endpoint);
			return;
		}
		// RFC 3859 §3.1: a SubscriptID is its watcher's
		const key = `${endpoint}\0${subscriptID}`;
		const watches = this.#watches;
		const isWatch = op === "watch" || (op === "cancel" && watches.has(key));
		const begins = isWatch && duration > 0 && !watches.has(key);
		if (begins) watches.add(key);
		else if (isWatch && duration === 0) watches.delete(key);
		const operation = op === "refresh" ? op : isWatch ? "watch" : "subscribe";
		const application = this.#application;
		cpp[operation](
			{ application, watcher, target, duration, subscriptID, transID },
			tell.applicationOf(this.#outbox, key, (why) => {
				if (begins || why === "ended") watches.delete(key);
			}),
		);
	}

	async #publish({ op, ...message }: PublishMessage): Promise<void> {
		const own = message.originator ?? this.#own() ?? message.publisher;
		const originator = own ?? "";
		const endpoint = this.#acting(originator);
		if (typeof endpoint === "object") {
			this.#refuse(message.transID, endpoint);
			return;
		}
		await this.#parts.credentials.enter(endpoint);
		const { publisher = originator } = message;
		this.#parts.cpp.publish({ ...message, originator, publisher }, (answer) =>
			this.#outbox.send(tell.responseText(answer)),
		);
	}

	/** Who has logged in. Where nobody has to, it is whom a message is about. */
	#own(): string | undefined {
		return this.#who && formatPres(this.#who);
	}

	/** Whom a watcher or an originator names, if this connection may act as that one. */
	#acting(uri: string): Endpoint | Refusal {
		const { domains } = this.#parts;
		const endpoint = parsePres(uri, (domain) => domains.includes(domain));
		if (endpoint === undefined) {
			return refusal(550, `"${uri}" is not known here`);
		}
		const who = this.#who;
		return who === undefined || mayActAs(who, endpoint)
			? endpoint
			: refusal(537, `you are ${who}`);
	}

	#refuse(transID: string, reply: Refusal): void {
		const failure: Response = {
			...{ status: "failure", transID, duration: 0, reply },
		};
		this.#outbox.send(tell.responseText(failure));
	}

	#overflow(): void {
		const { log } = this.#parts;
		log.warn({ who: this.#who }, "a connection ends: its reader is too slow");
		this.#socket.terminate();
	}
}
