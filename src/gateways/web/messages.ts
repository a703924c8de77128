/** The messages of `cpp.v1`: docs/cpp-json.schema.json. */
import type { Body } from "../../cpp/index.js";
import { parseTimestamp, type Refusal, refusal } from "../../names/index.js";
import { FieldError, Fields } from "./fields.js";

/** Logs in on a connection that has not. */
export interface LoginMessage {
	readonly op: "login";
	readonly user: string;
	readonly password: string;
}

/** RFC 3859 §3.1's subscribe, in its three uses, and RFC 3343's watch in the same form. */
export interface SubscribeMessage {
	readonly op: "subscribe" | "refresh" | "fetch" | "cancel" | "watch";
	/** Where it is left out, who has logged in. */
	readonly watcher?: string;
	readonly target: string;
	/** Of fetch and cancel 0, as RFC 3859 says. */
	readonly duration: number;
	readonly subscriptID: string;
	readonly transID: string;
}

export interface PublishMessage {
	readonly op: "publish";
	readonly originator?: string;
	readonly publisher?: string;
	readonly transID: string;
	readonly name?: string;
	readonly content?: Body;
	readonly duration?: number;
	/** Milliseconds since 1970. */
	readonly ifMatch?: number;
}

export type Message = LoginMessage | SubscribeMessage | PublishMessage;

/** A message that is none of these. */
export interface Unreadable extends Refusal {
	/** The TransID, where one could be read. */
	readonly transID?: string;
}

/** Reads a message. */
export function readMessage(text: string): Message | Unreadable {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		return refusal(500, "not JSON");
	}
	if (typeof value !== "object" || value === null || Array.isArray(value)) {
		return refusal(501, "not an object");
	}
	const fields = new Fields(value as Record<string, unknown>);
	try {
		const message = messageOf(fields);
		fields.done();
		return message;
	} catch (error) {
		if (!(error instanceof FieldError)) throw error;
		const { transID } = value as { transID?: unknown };
		return {
			...refusal(error.code, error.message),
			...(typeof transID === "string" && { transID }),
		};
	}
}

function messageOf(fields: Fields): Message {
	const op = fields.string("op");
	switch (op) {
		case "login":
			return {
				op,
				user: fields.string("user"),
				password: fields.string("password"),
			};
		case "subscribe":
		case "refresh":
		case "watch":
			return subscribeOf(op, fields, fields.number("duration"));
		case "fetch":
		case "cancel":
			return subscribeOf(op, fields, 0);
		case "publish":
			return publishOf(op, fields);
		default:
			throw new FieldError(504, `there is no op ${JSON.stringify(op)}`);
	}
}

function subscribeOf(
	op: SubscribeMessage["op"],
	fields: Fields,
	duration: number,
): SubscribeMessage {
	return {
		op,
		...fields.optional("watcher", "string"),
		target: fields.string("target"),
		duration,
		subscriptID: fields.string("subscriptID"),
		transID: fields.string("transID"),
	};
}

function publishOf(op: "publish", fields: Fields): PublishMessage {
	const content = fields.object("content");
	const ifMatch = fields.optional("ifMatch", "string").ifMatch;
	const message: PublishMessage = {
		op,
		...fields.optional("originator", "string"),
		...fields.optional("publisher", "string"),
		transID: fields.string("transID"),
		...fields.optional("name", "string"),
		...fields.optional("duration", "number"),
		...(content !== undefined && { content: bodyOf(content) }),
		...(ifMatch !== undefined && { ifMatch: instantOf(ifMatch) }),
	};
	content?.done();
	return message;
}

function bodyOf(content: Fields): Body {
	const contentType = content.string("contentType");
	const base64 = content.string("base64");
	const octets = Buffer.from(base64, "base64");
	// RFC 4648 §3.3: what is not base64 is no content
	if (octets.toString("base64") !== base64) {
		throw new FieldError(501, "base64: not base64");
	}
	return { contentType, octets };
}

function instantOf(ifMatch: string): number {
	const instant = parseTimestamp(ifMatch);
	if (instant === undefined) throw new FieldError(501, "ifMatch: no timestamp");
	// what is finer than a millisecond is no lastUpdate of ours
	return instant.finer === "" ? instant.ms : -1;
}
