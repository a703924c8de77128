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

/**
 * Opens a session.
 *
 * @param framing "apex": a BEEP session with one APEX channel; "raw": the octets themselves
 */
export type OpenWire = (
	address: Address,
	framing: "apex" | "raw",
) => Promise<TranscriptWire>;
