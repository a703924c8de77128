/** What an application of the library sees of a session, besides `Session` and `Channel`. */
import type { X509Certificate } from "node:crypto";
import type { Duplex } from "node:stream";
import type { Channel } from "./channel.js";
import type { Session } from "./session.js";

/** A whole message: MIME entity-headers and a body. A string is sent as UTF-8. */
export type Payload = string | Buffer;

/** A message of which it is known already that it is all ASCII: nobody looks again. */
export interface Ascii {
	readonly ascii: string;
}

/** Why something is declined: a reply code of RFC 3080 §8, and a text for people. */
export interface ReplyError {
	readonly code: number;
	readonly text: string;
}

/** What came in reply to a MSG. */
export type Reply =
	/** A one-to-one exchange: the only reply. */
	| { readonly kind: "RPY" | "ERR"; readonly payload: Buffer }
	/** A one-to-many exchange: any number of answers, and then the end of them. */
	| { readonly kind: "ANS"; readonly payload: Buffer; readonly ansno: number }
	| { readonly kind: "NUL" }
	/** The channel or its session ended before a reply had come; there will be none. */
	| { readonly kind: "lost" };

/**
 * A MSG that was received. It is answered either by `reply` or by `error` or by any number of
 * `answer` and then `end`, now or later: replies leave in the order of the MSGs, whatever the
 * order of the answering (RFC 3080 §2.6.1). Answering after the channel has ended does nothing.
 */
export interface Request {
	readonly channel: Channel;
	readonly payload: Buffer;
	/** RPY. */
	reply(payload: Payload): void;
	/** ERR. */
	error(payload: Payload): void;
	/** ANS, with the next answer number. */
	answer(payload: Payload): void;
	/** NUL. */
	end(): void;
}

/** What an application does with one channel. */
export interface ChannelHandler {
	message(request: Request): void;
	/**
	 * A MSG is longer than may be; `request.payload` is how it begins and the rest will be
	 * ignored. It should be answered with `error`, which leaves at once (RFC 3080 §2.6.3).
	 * Without this method such a MSG ends the session.
	 */
	oversized?(request: Request): void;
	/** The peer asks to close the channel. @returns why not, if so */
	closing?(
		code: number,
		text: string,
	): ReplyError | undefined | Promise<ReplyError | undefined>;
	/** The channel is no more, or its session is. Called once. */
	closed?(): void;
	/** The channel is writable again, after somebody was told that it is not. */
	writable?(): void;
}

/** A channel that the peer asks for. */
export interface StartRequest {
	readonly session: Session;
	/** It exists once `started` is called; nothing may be sent before. */
	readonly channel: Channel;
	/** The initialization message, base64 undone; '' when there is none. */
	readonly content: string;
	/** Of the first successful start of the session. */
	readonly serverName: string | undefined;
}

/** That a channel is wanted. */
export interface ChannelAccept {
	readonly handler: ChannelHandler;
	/** The answer to the initialization message. */
	readonly content?: string;
	/** The positive reply is on its way and the channel exists. */
	started?(): void;
	/** With it the reply is the last word before a tuning reset, as in `Session.conclude`. */
	readonly negotiate?: Negotiate;
}

/**
 * Negotiates what the session goes on over.
 *
 * @param stream what it went over so far; nobody else reads it any more
 * @throws where the negotiation fails: that ends the session
 */
export type Negotiate = (stream: Duplex) => Promise<Duplex>;

/** The certificate that a peer showed during the TLS negotiation. */
export interface PeerCertificate {
	readonly x509: X509Certificate;
	/** It leads to an authority that this side trusts, and is valid today. */
	readonly authorized: boolean;
}

/** Who a peer has shown itself to be, RFC 3080 §4. */
export interface Identity {
	/** The SASL mechanism that showed it. */
	readonly mechanism: string;
	/** The authorization identity; with ANONYMOUS, whom the policy lets a peer without one be. */
	readonly name: string;
}

/** A profile that is offered to the peer. */
export interface Profile {
	readonly uri: string;
	/** The receive window of its channels once they are used, in octets. */
	readonly window?: number;
	/** Its channels tune the session, so that there may be only one such channel (RFC 3080 §2). */
	readonly tuning?: boolean;
	/**
	 * Why the profile cannot be used on the session as it is now, if so: then the greeting does
	 * not name it, and a start is declined with this.
	 */
	withheld?(session: Session): ReplyError | undefined;
	/** Decides on one start. An error declines, and the next profile proposed is asked. */
	start(
		request: StartRequest,
	): ChannelAccept | ReplyError | Promise<ChannelAccept | ReplyError>;
}

/** A channel that is asked for. */
export interface StartOptions {
	readonly handler: ChannelHandler;
	readonly serverName?: string;
	/** The channel tunes the session, so that there may be no other such channel. */
	readonly tuning?: boolean;
	/**
	 * For a tuning profile that negotiates a new transport. Nothing is sent after the start until
	 * its reply has come; where this finds by the content of that reply that the negotiation
	 * begins, every channel is closed, and after it `greeting` is the new one.
	 */
	readonly concludes?: (content: string) => Negotiate | undefined;
}

/** A channel that the peer agreed to. */
export interface Started {
	readonly channel: Channel;
	/** The URI of the profile that the peer chose. */
	readonly profile: string;
	/** Its answer to the initialization message. */
	readonly content: string;
}

/** What the peer's greeting says, RFC 3080 §2.3.1.1. */
export interface Greeting {
	readonly profiles: readonly string[];
	readonly features: readonly string[];
	/** Languages that the peer likes diagnostics in, the dearest first. */
	readonly localize: readonly string[];
}
