import { type Component, component, type Element, xml } from "@xmpp/component";
import type { Clock, Log, Random } from "../../names/index.js";
import { StreamParser } from "./parser.js";
import type { Stanza } from "./stanza.js";
import type { ComponentAddress, Limits } from "./types.js";

/** The way to the XMPP server, which comes and goes. */
export interface Link {
	/** @returns whether the server is there; nothing is queued until it is */
	send(stanza: Stanza): boolean;
	close(): Promise<void>;
}

export interface LinkEvents {
	online(): void;
	/** It was online, and is not any more. */
	lost(): void;
	/** @param cut whether it was over the limit and has lost its content */
	stanza(stanza: Stanza, cut: boolean): void;
}

export interface LinkParts {
	readonly component: ComponentAddress;
	readonly clock: Clock;
	readonly random: Random;
	readonly log: Log;
	readonly limits: Limits;
}

export type OpenLink = (parts: LinkParts, events: LinkEvents) => Link;

/** How long an attempt to connect may take. */
const ATTEMPT_MS = 30_000;

/** Between two signs of life of TCP. */
const KEEP_ALIVE_MS = 30_000;

/** A component's stream (XEP-0114), opened again whenever it has ended. */
export const openLink: OpenLink = (parts, events) =>
	new ComponentLink(parts, events);

class ComponentLink implements Link {
	readonly #parts: LinkParts;
	readonly #events: LinkEvents;
	readonly #cut = new WeakSet<object>();
	#entity: Component;
	#online = false;
	#closed = false;
	#failures = 0;
	#disarm: (() => void) | undefined;

	constructor(parts: LinkParts, events: LinkEvents) {
		this.#parts = parts;
		this.#events = events;
		this.#entity = this.#connect();
	}

	send(stanza: Stanza): boolean {
		const { socket } = this.#entity;
		if (!this.#online || socket === null) return false;
		const { log, limits } = this.#parts;
		if (socket.writableLength > limits.xmppOutboxOctets) {
			log.warn({}, "the XMPP server is too slow: the connection begins anew");
			socket.destroy();
			return false;
		}
		this.#entity.send(elementOf(stanza)).catch((error: Error) => {
			log.debug({ error }, "a stanza was lost with the connection");
		});
		return true;
	}

	async close(): Promise<void> {
		this.#closed = true;
		this.#online = false;
		this.#disarm?.();
		await this.#entity.stop();
		this.#entity.socket?.destroy();
	}

	/** A new stream on a new object: what ended badly leaves nothing behind. */
	#connect(): Component {
		const { component: address, limits, clock, log } = this.#parts;
		const { domain, host, port, password } = address;
		const service = `xmpp://${host.includes(":") ? `[${host}]` : host}:${port}`;
		const entity = component({ service, domain, password });
		const cut = this.#cut;
		entity.Parser = class extends StreamParser {
			constructor() {
				super(limits.xmppStanzaCharacters, cut);
			}
		};
		// the package would connect again without ever waiting longer, and answer IQs for us
		entity.reconnect.stop();
		entity.removeAllListeners("element");
		const end = (): void => void entity.socket?.destroy();
		let over = false;
		const finish = (reason: string): void => {
			disarm();
			end();
			if (over || this.#closed) return;
			over = true;
			log.warn({ reason }, "no connection to the XMPP server");
			this.#retry();
		};
		const fail = (error: Error): void => finish(error.message);
		const disarm = clock.at(clock.now() + ATTEMPT_MS, () =>
			finish("it does not answer"),
		);
		entity.on("error", fail);
		entity.on("close", end);
		entity.on("connect", () => {
			// the package decodes octets piece by piece, and pieces end inside characters
			entity.socket?.setEncoding("utf8").setKeepAlive(true, KEEP_ALIVE_MS);
		});
		entity.on("online", () => {
			disarm();
			if (!over) this.#arrived();
		});
		entity.on("stanza", (stanza: Element) => this.#receive(stanza));
		entity.on("disconnect", () => finish("it has closed the connection"));
		// its start() would leave a rejection that nobody handles
		entity
			.connect(service)
			.then(() => entity.open({ domain }))
			.catch(fail);
		return entity;
	}

	#arrived(): void {
		if (this.#closed) return;
		this.#online = true;
		this.#failures = 0;
		this.#parts.log.info({}, "connected to the XMPP server");
		this.#events.online();
	}

	#receive(stanza: Element): void {
		if (!this.#online) return;
		try {
			this.#events.stanza(stanza, this.#cut.has(stanza));
		} catch (error) {
			// one stanza must not end what all users share
			this.#parts.log.error({ error }, "a stanza could not be taken");
		}
	}

	#retry(): void {
		const { clock, random, limits } = this.#parts;
		const wasOnline = this.#online;
		this.#online = false;
		if (wasOnline) this.#events.lost();
		const longest = Math.min(2 ** this.#failures, limits.backoffSeconds);
		this.#failures += 1;
		const wait = longest * (0.5 + random() / 2) * 1000;
		this.#disarm?.();
		this.#disarm = clock.at(clock.now() + wait, () => {
			this.#entity = this.#connect();
		});
	}
}

function elementOf({ name, attrs, children }: Stanza): Element {
	return xml(
		name,
		attrs,
		...children.map((child) =>
			typeof child === "string" ? child : elementOf(child),
		),
	);
}
