import type { Incoming } from "./incoming.js";
import { EMPTY, Headers, type Response } from "./message.js";

const REASONS = {
	200: "OK",
	202: "Accepted",
	400: "Bad Request",
	401: "Unauthorized",
	403: "Forbidden",
	404: "Not Found",
	405: "Method Not Allowed",
	406: "Not Acceptable",
	412: "Conditional Request Failed",
	413: "Request Entity Too Large",
	415: "Unsupported Media Type",
	420: "Bad Extension",
	423: "Interval Too Brief",
	481: "Call/Transaction Does Not Exist",
	489: "Bad Event",
	500: "Server Internal Error",
	503: "Service Unavailable",
	505: "Version Not Supported",
} as const;

/** A status code that is sent here. */
export type Status = keyof typeof REASONS;

/** An answer, before it is known to which request. */
export interface Answer {
	readonly status: Status;
	/** For people, instead of the words that the status code has. */
	readonly reason?: string;
	/** Ours, where the answer establishes a dialog. */
	readonly tag?: string;
	readonly fields?: readonly (readonly [
		name: string,
		value: string | number,
	])[];
}

/** How a request is answered, once. */
export type Respond = (answer: Answer) => void;

/**
 * RFC 3261 §8.2.6.2.
 *
 * @param another added to To where that has no tag, and the answer establishes no dialog
 */
export function responseTo(
	{
		request: { headers },
		vias,
		toTag,
	}: Pick<Incoming, "request" | "vias"> & Partial<Pick<Incoming, "toTag">>,
	{ status, reason = REASONS[status], tag, fields = [] }: Answer,
	another: string,
): Response {
	const copied = new Headers();
	for (const via of vias) copied.add("Via", via);
	const to = headers.get("To") ?? "";
	copied
		.add("From", headers.get("From") ?? "")
		.add("To", toTag === undefined ? `${to};tag=${tag ?? another}` : to)
		.add("Call-ID", headers.get("Call-ID") ?? "")
		.add("CSeq", headers.get("CSeq") ?? "");
	for (const [name, value] of fields) copied.add(name, value);
	return { status, reason, headers: copied, body: EMPTY };
}
