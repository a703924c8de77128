import type { Log } from "../names/index.js";
import type { Channel } from "./channel.js";
import {
	errorPayload,
	type ManagementRequest,
	OK_PAYLOAD,
	profilePayload,
	readRequest,
	refusalOf,
} from "./elements.js";
import type { Limits } from "./limits.js";
import type { Session } from "./session.js";
import type {
	ChannelAccept,
	ChannelHandler,
	Negotiate,
	Payload,
	Profile,
	ReplyError,
	Request,
} from "./types.js";

type Start = Extract<ManagementRequest, { kind: "start" }>;
type Close = Extract<ManagementRequest, { kind: "close" }>;

/** RFC 3080 §2. */
export const TUNING_TAKEN: ReplyError = {
	code: 450,
	text: "there is a tuning channel already",
};

/** What channel management needs of its session, and does to it. */
export interface Managed {
	readonly session: Session;
	readonly log: Log;
	readonly limits: Limits;
	/** Whether or not they are offered at the moment. */
	readonly profiles: readonly Profile[];
	/** The serverName that a start is decided under, where it asks for this one. */
	nameFor(serverName: string | undefined): string | undefined;
	/** A start with this serverName was successful. */
	named(serverName: string | undefined): void;
	/** An application threw. */
	broken(error: Error): void;
	/** The peer has been told that the session is released. */
	released(): void;
}

/** What it needs of the channels there are, and does to them. */
export interface Channels {
	readonly channels: ReadonlyMap<number, Channel>;
	/** The `xml:lang` of diagnostics, where it does not go without saying. */
	readonly lang: string | undefined;
	/** @returns false where there is a tuning channel; else this number is its until dropped or unclaimed */
	claim(number: number): boolean;
	unclaim(number: number): void;
	create(number: number, profile: Profile): Channel;
	adopt(channel: Channel): void;
	drop(channel: Channel): void;
	/** As `Session.conclude`. */
	conclude(
		request: Request,
		reply: Payload,
		negotiate: Negotiate,
	): Promise<void>;
}

/** Channel zero, when the peer asks: RFC 3080 §2.3.1. */
export class Management implements ChannelHandler {
	readonly #managed: Managed;
	readonly #channels: Channels;
	// RFC 3080 §2.6.1: the MSGs of a channel are worked on one after the other
	#turn: Promise<void> = Promise.resolve();

	constructor(managed: Managed, channels: Channels) {
		this.#managed = managed;
		this.#channels = channels;
	}

	message(request: Request): void {
		this.#turn = this.#turn
			.then(() => this.#answer(request))
			.catch((error: Error) => this.#managed.broken(error));
	}

	async #answer(request: Request): Promise<void> {
		let asked: ManagementRequest;
		try {
			asked = readRequest(request.payload);
		} catch (error) {
			this.#refuse(request, refusalOf(error));
			return;
		}
		if (asked.kind === "start") await this.#start(request, asked);
		else if (asked.number === 0) await this.#release(request, asked);
		else await this.#close(request, asked);
	}

	#refuse(request: Request, refusal: ReplyError): void {
		const { log, session } = this.#managed;
		log.info({ peer: session.peer, code: refusal.code }, refusal.text);
		request.error(errorPayload(refusal, this.#channels.lang));
	}

	/** RFC 3080 §2.3.1.2. */
	async #start(request: Request, start: Start): Promise<void> {
		const refusal = this.#numberRefused(start.number);
		if (refusal !== undefined) {
			this.#refuse(request, refusal);
			return;
		}
		const declined = await this.#choose(request, start);
		if (declined !== undefined) this.#refuse(request, declined);
	}

	#numberRefused(number: number): ReplyError | undefined {
		const { session, limits } = this.#managed;
		const { channels } = this.#channels;
		const odd = session.role === "listener";
		if ((number % 2 === 1) !== odd) {
			return {
				code: 501,
				text: `number in <start> must be ${odd ? "odd" : "even"}`,
			};
		}
		if (channels.has(number)) {
			return { code: 501, text: `channel ${number} is in use` };
		}
		if (channels.size >= limits.channels) {
			return {
				code: 450,
				text: `there are ${limits.channels} channels already`,
			};
		}
		return undefined;
	}

	/**
	 * Asks each proposed profile in turn.
	 *
	 * @returns why there is no channel, if there is somebody to tell
	 */
	async #choose(
		request: Request,
		start: Start,
	): Promise<ReplyError | undefined> {
		const { session, profiles } = this.#managed;
		const { number } = start;
		const serverName = this.#managed.nameFor(start.serverName);
		let declined: ReplyError | undefined;
		for (const { uri, content } of start.profiles) {
			// it may have ended since the request came, or since the profile before was asked: a
			// profile would wait in vain for the end of a session that has ended
			if (session.closed) return undefined;
			const profile = profiles.find((offered) => offered.uri === uri);
			if (profile === undefined) continue;
			const withheld = this.#withheld(profile, number);
			if (withheld !== undefined) {
				declined ??= withheld;
				continue;
			}
			const channel = this.#channels.create(number, profile);
			const accept = await profile.start({
				session,
				channel,
				content,
				serverName,
			});
			if ("handler" in accept) {
				await this.#accept(request, { channel, accept, uri, serverName });
				return undefined;
			}
			this.#channels.unclaim(number);
			declined ??= accept;
		}
		return declined ?? { code: 550, text: "none of the profiles is supported" };
	}

	#withheld(profile: Profile, number: number): ReplyError | undefined {
		const withheld = profile.withheld?.(this.#managed.session);
		if (withheld !== undefined || !profile.tuning) return withheld;
		return this.#channels.claim(number) ? undefined : TUNING_TAKEN;
	}

	async #accept(
		request: Request,
		parts: {
			channel: Channel;
			accept: ChannelAccept;
			uri: string;
			serverName: string | undefined;
		},
	): Promise<void> {
		const { channel, accept, uri, serverName } = parts;
		if (this.#managed.session.closed) {
			accept.handler.closed?.();
			return;
		}
		this.#managed.named(serverName);
		channel.open(accept.handler);
		this.#channels.adopt(channel);
		const reply = profilePayload({ uri, content: accept.content ?? "" });
		if (accept.negotiate !== undefined) {
			await this.#channels.conclude(request, reply, accept.negotiate);
			return;
		}
		request.reply(reply);
		accept.started?.();
	}

	/** RFC 3080 §2.3.1.3. */
	async #close(request: Request, { number, code, text }: Close): Promise<void> {
		const channel = this.#channels.channels.get(number);
		if (channel === undefined) {
			this.#refuse(request, { code: 550, text: `no channel ${number}` });
			return;
		}
		const refusal = await channel.leave(code, text);
		if (refusal !== undefined) {
			this.#refuse(request, refusal);
			return;
		}
		request.reply(OK_PAYLOAD);
		this.#channels.drop(channel);
	}

	/** RFC 3080 §2.4: as closing every channel, but all of them or none. */
	async #release(request: Request, { code, text }: Close): Promise<void> {
		const channels = [...this.#channels.channels.values()];
		const answers = await Promise.all(
			channels.map((channel) => channel.leave(code, text)),
		);
		const refusal = answers.find((answer) => answer !== undefined);
		if (refusal !== undefined) {
			for (const channel of channels) channel.reopen();
			this.#refuse(request, refusal);
			return;
		}
		request.reply(OK_PAYLOAD);
		this.#managed.released();
	}
}
