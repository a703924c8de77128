/** The other end of `openWire`: sessions that somebody else opens, under the caller's control. */
import type { AddressInfo } from "node:net";
import {
	type ChannelAccept,
	listen,
	type Profile,
	Session,
	type StartRequest,
} from "../beep/index.js";
import { beepXml } from "../mime/index.js";
import { APEX_PROFILE } from "./messages.js";
import {
	sendOver,
	type Wire,
	type WireAddress,
	type WireArrival,
	xmlIn,
} from "./wire.js";

/** Takes sessions until it is closed; those that there are go on. */
export interface WireListener {
	/** The port is a real one even when port 0 was asked for. */
	readonly address: WireAddress;
	close(): void;
}

/**
 * Listens for BEEP sessions.
 *
 * @param opened is called with each, once its initiator asks for an APEX channel, and returns
 *   what is called for everything that arrives. An element inside that start (RFC 3340 §4.2)
 *   arrives first, as a MSG, and the start is answered with it
 * @throws the error of the listener, such as EADDRINUSE
 */
export async function listenForWires(
	address: WireAddress,
	opened: (wire: Wire) => (arrival: WireArrival) => void,
): Promise<WireListener> {
	const server = await listen(address, (stream) => {
		new Session(stream, { role: "listener", profiles: [profile(opened)] });
	});
	const { port } = server.address() as AddressInfo;
	return { address: { ...address, port }, close: () => void server.close() };
}

type Answer = (kind: "RPY" | "ERR", xml: string) => void;

function profile(
	opened: (wire: Wire) => (arrival: WireArrival) => void,
): Profile {
	return {
		uri: APEX_PROFILE,
		start: (request) => accept(request, opened),
	};
}

function accept(
	{ session, channel, content }: StartRequest,
	opened: (wire: Wire) => (arrival: WireArrival) => void,
): Promise<ChannelAccept> {
	const unanswered: Answer[] = [];
	// nothing may be sent before the start has been answered
	let started = (): void => {};
	const open = new Promise<void>((resolve) => {
		started = resolve;
	});
	const arrived = opened({
		send: (xml) => void open.then(() => sendOver(channel, xml, arrived)),
		answer(kind, xml) {
			const answer = unanswered.shift();
			answer?.(kind, xml);
			return answer !== undefined;
		},
		close: () => session.close(),
		drop: () => session.abort("dropped"),
	});
	session.once("close", (reason) => arrived({ kind: "closed", reason }));
	const accepted = {
		handler: {
			message(request) {
				unanswered.push((kind, xml) => {
					if (kind === "RPY") request.reply(beepXml(xml));
					else request.error(beepXml(xml));
				});
				arrived({ kind: "MSG", xml: xmlIn(request.payload) });
			},
		},
		started: () => started(),
	} satisfies ChannelAccept;
	return new Promise((resolve) => {
		if (content.trim() === "") resolve(accepted);
		else {
			// RFC 3080 §2.3.1.2: an error inside the answer still makes a channel
			unanswered.push((_kind, xml) => resolve({ ...accepted, content: xml }));
			arrived({ kind: "MSG", xml: content });
		}
	});
}
