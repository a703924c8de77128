import type { IncomingMessage } from "node:http";
import type { TLSSocket } from "node:tls";

/** A request's whereabouts: what it asks for, of which host, and where it came from. */
export interface Arrival {
	/** The path, as it was sent; "" where the target is none. */
	readonly path: string;
	/** The authority asked: a host, perhaps with a port. */
	readonly authority: string | undefined;
	readonly origin: string | undefined;
	/** The address of who asks. */
	readonly address: string | undefined;
	readonly encrypted: boolean;
}

// RFC 9112 §3.2.2: a server takes this form too, and then Host does not count
const ABSOLUTE = /^https?:\/\/([^/?#]*)([^?#]*)/i;

/** @param behindProxy whether what a proxy says of the client is true */
export function arrivalOf(
	request: IncomingMessage,
	behindProxy: boolean,
): Arrival {
	const { url = "", headers, socket } = request;
	const [, authority = headers.host, absolutePath] = ABSOLUTE.exec(url) ?? [];
	const [path = ""] = (absolutePath ?? url).split(/[?#]/, 1);
	const direct = {
		address: socket.remoteAddress,
		encrypted: (socket as Partial<TLSSocket>).encrypted === true,
	};
	const from = behindProxy ? forwarded(headers, direct) : direct;
	return { path: path || "/", authority, origin: headers.origin, ...from };
}

/** What the nearest proxy added is last; what is before it anybody may have written. */
function forwarded(
	headers: IncomingMessage["headers"],
	direct: Pick<Arrival, "address" | "encrypted">,
): Pick<Arrival, "address" | "encrypted"> {
	const proto = last(headers["x-forwarded-proto"]);
	return {
		address: last(headers["x-forwarded-for"]) ?? direct.address,
		encrypted:
			proto === undefined ? direct.encrypted : proto.toLowerCase() === "https",
	};
}

function last(header: string | string[] | undefined): string | undefined {
	return [header ?? []].flat().join(",").split(",").at(-1)?.trim() || undefined;
}
