/** SIP URIs, RFC 3261 §19.1, as far as a presence agent looks into them. */

/** The parts of a `sip:` or `sips:` URI, each as it was written. */
export interface SipUri {
	readonly scheme: "sip" | "sips";
	/** Without a password; with its escapes. */
	readonly user: string | undefined;
	/** In lower case; an IPv6 address in its brackets. */
	readonly host: string;
	readonly port: number | undefined;
	/** Names in lower case. */
	readonly parameters: ReadonlyMap<string, string>;
}

const SCHEME = /^(sips?):/i;
const HOST_PORT = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::([0-9]{1,5}))?$/i;
const MAX_PORT = 65535;

/** @returns undefined where the text is no such URI */
export function parseSipUri(text: string): SipUri | undefined {
	const scheme = SCHEME.exec(text)?.[1]?.toLowerCase();
	if (scheme === undefined || /[^\x21-\x7e]|[<>"]/.test(text)) return undefined;
	const rest = text.slice(scheme.length + 1);
	// headers come last, and neither they nor parameters of the host may have an "@"
	const at = rest.lastIndexOf("@");
	const [address = ""] = rest.slice(at + 1).split("?", 1);
	const [hostPort = "", ...parameters] = address.split(";");
	const [, host, port] = HOST_PORT.exec(hostPort) ?? [];
	if (host === undefined || Number(port ?? 0) > MAX_PORT) return undefined;
	const [user] = at < 0 ? [] : rest.slice(0, at).split(":", 1);
	if (user === "") return undefined;
	return {
		scheme: scheme === "sips" ? "sips" : "sip",
		user,
		host: host.toLowerCase(),
		port: port === undefined ? undefined : Number(port),
		parameters: new Map(parameters.map(pairOf)),
	};
}

function pairOf(parameter: string): [string, string] {
	const equals = parameter.indexOf("=");
	if (equals < 0) return [parameter.toLowerCase(), ""];
	return [
		parameter.slice(0, equals).toLowerCase(),
		parameter.slice(equals + 1),
	];
}
