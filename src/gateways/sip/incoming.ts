import {
	type Address,
	type CSeq,
	parseAddress,
	parseCSeq,
	parseVia,
	split,
	type Via,
} from "./fields.js";
import type { Request } from "./message.js";
import type { Flow, Hop } from "./types.js";

const DEFAULT_PORT = 5060;
// RFC 3261 §8.1.1.7
const MAGIC_COOKIE = "z9hG4bK";

/** A request whose indispensable fields (RFC 3261 §8.1.1) have been read. */
export interface Incoming {
	readonly request: Request;
	readonly flow: Flow;
	/** The values of all Via fields, the first marked with where it came from. */
	readonly vias: readonly string[];
	readonly from: Address;
	readonly to: Address;
	readonly fromTag: string;
	readonly toTag: string | undefined;
	readonly callID: string;
	readonly cSeq: CSeq;
	/** What its retransmissions have in common: RFC 3261 §17.2.3. */
	readonly transaction: string;
	/** Where its answer goes: RFC 3261 §18.2.2, RFC 3581 §4. */
	readonly back: Hop;
}

/**
 * Reads a request.
 *
 * @returns a text where a field is missing or is none, and undefined where it cannot even be
 *   answered so
 */
export function readIncoming(
	request: Request,
	flow: Flow,
):
	| Incoming
	| {
			readonly problem: string;
			readonly vias: readonly string[];
			readonly back: Hop;
	  }
	| undefined {
	const { headers } = request;
	const values = headers.all("Via").flatMap((value) => split(value, ","));
	const via = parseVia(values[0] ?? "");
	if (via === undefined) return undefined;
	const vias = [marked(values[0] ?? "", via, flow), ...values.slice(1)];
	const back: Hop = {
		protocol: flow.protocol,
		host: flow.address,
		port: via.parameters.has("rport") ? flow.port : (via.port ?? DEFAULT_PORT),
	};
	const wrong = (problem: string) => ({ problem, vias, back });

	const from = parseAddress(headers.get("From") ?? "");
	if (from === undefined) return wrong("From");
	const to = parseAddress(headers.get("To") ?? "");
	if (to === undefined) return wrong("To");
	const callID = headers.get("Call-ID");
	if (callID === undefined || !/^[\x21-\x7e]{1,512}$/.test(callID)) {
		return wrong("Call-ID");
	}
	const cSeq = parseCSeq(headers.get("CSeq") ?? "");
	if (cSeq?.method !== request.method) return wrong("CSeq");

	const fromTag = from.parameters.get("tag") ?? "";
	const toTag = to.parameters.get("tag");
	const branch = via.parameters.get("branch") ?? "";
	const method = request.method === "ACK" ? "INVITE" : request.method;
	const transaction = branch.startsWith(MAGIC_COOKIE)
		? [branch, via.host.toLowerCase(), via.port ?? "", method]
		: [
				request.uri,
				toTag ?? "",
				fromTag,
				callID,
				cSeq.number,
				method,
				values[0],
			];
	return {
		...{ request, flow, vias, from, to, fromTag, toTag, callID, cSeq, back },
		transaction: transaction.join("\0"),
	};
}

/** RFC 3261 §18.2.1 and RFC 3581 §4. */
function marked(text: string, { host, parameters }: Via, flow: Flow): string {
	const wantsPort = parameters.has("rport");
	if (!wantsPort && host === flow.address) return text;
	const [sent = "", ...others] = split(text, ";").filter(
		(part) => !/^(?:rport|received)\s*(?:=|$)/i.test(part),
	);
	const received = `received=${flow.address}`;
	const port = wantsPort ? [`rport=${flow.port}`] : [];
	return [sent, ...others, received, ...port].join(";");
}
