/** What the replayer needs of a connection. */
import type { FrameMessage } from "./transcript.js";

/** Where a server listens. */
export interface Address {
	readonly host: string;
	readonly port: number;
}

/** What came over a session, in the order in which it came. */
export type Arrival =
	| { readonly kind: "MSG" | "RPY" | "ERR"; readonly xml: string }
	| { readonly kind: "frame"; readonly frame: FrameMessage }
	| { readonly kind: "closed"; readonly reason: string };

/** One session with the server. */
export interface TranscriptWire {
	/** Sends an element as a MSG, or a frame. */
	send(message: string | FrameMessage): void;
	/**
	 * Answers the oldest MSG that has not been answered.
	 *
	 * @returns false when there is none
	 */
	answer(kind: "RPY" | "ERR", xml: string): boolean;
	/** @returns what arrives next, or undefined when nothing has within `timeout` milliseconds */
	next(timeout: number): Promise<Arrival | undefined>;
	/** Ends the session in order. */
	close(): Promise<void>;
	/** Cuts the connection. */
	drop(): void;
}

/** Takes the sessions that somebody else opens. */
export interface WireListener {
	/** Where it listens; the port is a real one even when port 0 was asked for. */
	readonly address: Address;
	/** Takes no more of them; those that there are go on. */
	close(): void;
}

/**
 * Listens for BEEP sessions.
 *
 * @param opened is called with each, once its initiator has asked for an APEX channel. What
 *   came with that is the first that arrives, as a MSG
 */
export type ListenForWires = (
	address: Address,
	opened: (wire: TranscriptWire) => void,
) => Promise<WireListener>;

/**
 * Opens a session.
 *
 * @param framing "apex": a BEEP session with one APEX channel; "raw": the octets themselves
 */
export type OpenWire = (
	address: Address,
	framing: "apex" | "raw",
) => Promise<TranscriptWire>;
