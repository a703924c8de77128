/**
 * Sessions under the caller's control, message by message or octet by octet: for those who
 * hold a server to what it should say. Nothing is answered that the caller does not answer.
 */
import {
	type Channel,
	type ChannelHandler,
	connect,
	type Reply,
	type Request,
	Session,
} from "../beep/index.js";
import {
	BEEP_XML,
	beepXml,
	contentIdOf,
	MimeError,
	MULTIPART_RELATED,
	parseEntity,
	parseRelated,
	writeRelated,
} from "../mime/index.js";
import { readAny } from "../xml/index.js";
import { APEX_PROFILE } from "./messages.js";

/** Where a server listens. */
export interface WireAddress {
	readonly host: string;
	readonly port: number;
}

/** What came over a session. The XML of a multipart is that of its root. */
export type WireArrival =
	| { readonly kind: "MSG" | "RPY" | "ERR"; readonly xml: string }
	| { readonly kind: "closed"; readonly reason: string };

/** A BEEP session with one APEX channel. */
export interface Wire {
	/** Sends an element as a MSG. Where its `content` is a `cid:` URL, an empty part goes with it. */
	send(xml: string): void;
	/** Answers the oldest MSG that has not been answered. @returns false when there is none */
	answer(kind: "RPY" | "ERR", xml: string): boolean;
	/** Releases the session. @throws BeepError when the peer declines */
	close(): Promise<void>;
	/** Cuts the connection. */
	drop(): void;
}

/** A connection, and the octets on it. */
export interface RawWire {
	write(octets: Uint8Array): void;
	/** Says that no more octets will come. Returns when the peer has done so too. */
	close(): Promise<void>;
	/** Cuts the connection. */
	drop(): void;
}

/**
 * Opens a session and starts an APEX channel, without attaching.
 *
 * @param arrived is called for everything that arrives, in order, and last for the end
 * @throws the error of the socket; BeepError when the server declines
 */
export async function openWire(
	address: WireAddress,
	arrived: (arrival: WireArrival) => void,
): Promise<Wire> {
	const session = new Session(await connect(address), { role: "initiator" });
	const unanswered: Request[] = [];
	const handler = {
		message(request: Request): void {
			unanswered.push(request);
			arrived({ kind: "MSG", xml: xmlIn(request.payload) });
		},
	};
	const channel = await startOn(session, handler);
	session.once("close", (reason) => arrived({ kind: "closed", reason }));
	return {
		send: (xml) => sendOver(channel, xml, arrived),
		answer(kind, xml) {
			const request = unanswered.shift();
			if (kind === "RPY") request?.reply(beepXml(xml));
			else request?.error(beepXml(xml));
			return request !== undefined;
		},
		close: () => session.close(),
		drop: () => session.abort("dropped"),
	};
}

/**
 * Opens a connection.
 *
 * @param arrived is called with octets, and last with the reason of the end
 * @throws the error of the socket
 */
export async function openRaw(
	address: WireAddress,
	arrived: (octets: Buffer | string) => void,
): Promise<RawWire> {
	const socket = await connect(address);
	let reason = "the peer closed the connection";
	socket.on("data", arrived);
	socket.on("error", (error) => {
		reason = error.message;
	});
	const closed = new Promise<void>((resolve) => {
		socket.once("close", () => {
			arrived(reason);
			resolve();
		});
	});
	return {
		write: (octets) => void socket.write(octets),
		close() {
			socket.end();
			return closed;
		},
		drop: () => void socket.destroy(),
	};
}

async function startOn(
	session: Session,
	handler: ChannelHandler,
): Promise<Channel> {
	try {
		await session.greeting;
		return (await session.start(APEX_PROFILE, { handler })).channel;
	} catch (error) {
		session.abort("there is no channel");
		throw error;
	}
}

/** Sends an element as a MSG, and tells the answer when it arrives. */
export function sendOver(
	channel: Channel,
	xml: string,
	arrived: (arrival: WireArrival) => void,
): void {
	channel.send(withPart(xml), (reply: Reply) => {
		if (reply.kind === "RPY" || reply.kind === "ERR") {
			arrived({ kind: reply.kind, xml: xmlIn(reply.payload) });
		}
	});
}

function withPart(xml: string): string | Buffer {
	const contentId = contentIdOf(readAny(xml).root.attributes.content ?? "");
	if (contentId === undefined) return beepXml(xml);
	return writeRelated(
		"boundary",
		{ contentId: `root.${contentId}`, contentType: BEEP_XML, body: xml },
		{ contentId, contentType: "application/octet-stream", body: "" },
	);
}

/** The XML of a message; what is no MIME is given as it came, for the caller to judge. */
export function xmlIn(payload: Buffer): string {
	try {
		const entity = parseEntity(payload);
		const { body } =
			entity.contentType.type === MULTIPART_RELATED
				? parseRelated(entity).root
				: entity;
		return body.toString();
	} catch (error) {
		if (!(error instanceof MimeError)) throw error;
		return payload.toString();
	}
}
