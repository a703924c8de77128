/** The TLS transport security profile, RFC 3080 §3.1. */
import { isIP } from "node:net";
import {
	type ConnectionOptions,
	createSecureContext,
	createServer,
	type SecureContextOptions,
	type SecureVersion,
	connect as secure,
	type TlsOptions,
} from "node:tls";
import { beepXml } from "../mime/index.js";
import { write } from "../xml/index.js";
import { errorElement, errorPayload, refusalOf } from "./elements.js";
import { MIN_TLS, TLS_TIMEOUT } from "./limits.js";
import type { Session } from "./session.js";
import { PROCEED, READY, readAnswer, readReady } from "./tls-messages.js";
import type {
	ChannelHandler,
	Negotiate,
	Profile,
	ReplyError,
	Request,
} from "./types.js";

export const TLS = "http://iana.org/beep/TLS";

/** What a side that offers TLS has. */
export interface TlsProfileOptions {
	/**
	 * Certificate and key, by the serverName of BEEP that the peer asked for or, where it asked
	 * for none, by that of TLS (RFC 6066 §3). Called for each negotiation, so that what it gives
	 * may change; nothing where this name has none.
	 */
	context(serverName: string | undefined): SecureContextOptions | undefined;
	/** Asks the peer for a certificate. Whether it came, and is any good, is for policy to see. */
	readonly requestCert?: boolean;
}

/** What a side that asks for TLS has. */
export interface StartTlsOptions
	extends SecureContextOptions,
		Pick<ConnectionOptions, "checkServerIdentity" | "rejectUnauthorized"> {
	/** Whom the peer's certificate must name: a domain, or an IP address. */
	readonly servername: string;
}

/** The profile of the side that waits for `ready`, and is the server of TLS. */
export function tlsProfile(options: TlsProfileOptions): Profile {
	return {
		uri: TLS,
		tuning: true,
		withheld: ({ identity, isEncrypted }) => {
			if (isEncrypted) return { code: 550, text: "TLS is in use already" };
			// RFC 3080 §4.1
			if (identity) return { code: 550, text: "TLS comes before SASL" };
			return undefined;
		},
		start({ session, content, serverName }) {
			const handler: ChannelHandler = {
				message(request) {
					const answer = answerTo(request.payload, session.serverName, options);
					if ("code" in answer) {
						request.error(errorPayload(answer, undefined));
						return;
					}
					session.conclude(request, beepXml(PROCEED), answer.negotiate);
				},
			};
			if (content.trim() === "") return { handler };
			const answer = answerTo(content, serverName, options);
			// RFC 3080 §3.1.1: the channel is there, whatever became of the ready
			return "code" in answer
				? { handler, content: write(errorElement(answer, undefined)) }
				: { handler, content: PROCEED, negotiate: answer.negotiate };
		},
	};
}

/**
 * Negotiates TLS as its client. Best done before anything else: every channel is closed by it,
 * and what the peer has asked on them stays unanswered.
 *
 * When it is done `session.greeting` is the new one. A failure once the peer has agreed ends
 * the session.
 *
 * @throws BeepError with the peer's reply code when it declines, 421 when the session ends
 */
export async function startTls(
	session: Session,
	options: StartTlsOptions,
): Promise<void> {
	const { servername } = options;
	const { channel, content } = await session.start(
		[{ uri: TLS, content: READY }],
		{
			handler: { message: refuse },
			...(isIP(servername) === 0 && { serverName: servername }),
			tuning: true,
			concludes: (answer) =>
				readAnswer(answer) === undefined ? asClient(options) : undefined,
		},
	);
	const refusal = readAnswer(content);
	if (refusal !== undefined) {
		// the refusal matters, whatever becomes of the channel
		await channel.close().catch(() => {});
		throw refusal;
	}
	await session.greeting;
}

function refuse(request: Request): void {
	const text = "this side asks for TLS, and does not offer it";
	request.error(errorPayload({ code: 550, text }, undefined));
}

function answerTo(
	message: Buffer | string,
	serverName: string | undefined,
	options: TlsProfileOptions,
): { readonly negotiate: Negotiate } | ReplyError {
	let earliest: SecureVersion;
	try {
		earliest = readReady(message);
	} catch (error) {
		return refusalOf(error);
	}
	const context = options.context(serverName);
	if (context === undefined) {
		return { code: 550, text: "no certificate for this serverName" };
	}
	const { requestCert = false } = options;
	const minVersion = later(context.minVersion, earliest);
	return {
		negotiate: asServer({
			...{ ...context, minVersion, requestCert },
			...(serverName === undefined && { SNICallback: bySni(options) }),
		}),
	};
}

/** Where it has nothing for a name, what there is without a name will do. */
function bySni({
	context: of,
}: TlsProfileOptions): NonNullable<TlsOptions["SNICallback"]> {
	return (name, done) => {
		try {
			const context = of(name);
			done(null, context && createSecureContext(context));
		} catch (error) {
			done(error as Error);
		}
	};
}

function asServer(options: TlsOptions): Negotiate {
	return (stream) =>
		new Promise((resolve, reject) => {
			// it never listens; but a server finds out whether the peer's certificate is any good,
			// which a bare TLSSocket does not
			const server = createServer({
				...options,
				rejectUnauthorized: false,
				handshakeTimeout: TLS_TIMEOUT,
			});
			server.once("secureConnection", resolve);
			server.once("tlsClientError", reject);
			server.emit("connection", stream);
		});
}

function asClient({ servername, ...options }: StartTlsOptions): Negotiate {
	return (stream) =>
		new Promise((resolve, reject) => {
			const socket = secure({
				...options,
				socket: stream,
				minVersion: later(options.minVersion, MIN_TLS),
				// an address is verified as a name is, but not sent to the peer (RFC 6066 §3)
				...(isIP(servername) === 0 ? { servername } : { host: servername }),
			});
			socket.once("secureConnect", () => resolve(socket));
			socket.once("error", reject);
			// where this side gives up there is no error
			socket.once("close", () => reject(new Error("closed while negotiating")));
		});
}

/** The names of the versions sort as they came. */
function later(
	one: SecureVersion | undefined,
	other: SecureVersion,
): SecureVersion {
	return one !== undefined && one > other ? one : other;
}
