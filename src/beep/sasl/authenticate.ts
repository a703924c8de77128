import { randomBytes } from "node:crypto";
import { beepXml } from "../../mime/index.js";
import type { Channel } from "../channel.js";
import { errorPayload, refusalOf } from "../elements.js";
import { BeepError } from "../error.js";
import { MAX_PROFILE_CONTENT } from "../limits.js";
import type { Session } from "../session.js";
import type { ChannelHandler, Greeting } from "../types.js";
import { type Blob, blob, readBlob, SASL_URI, xmlOf } from "./blob.js";
import { isBinding, tlsChannelBinding } from "./channel-binding.js";
import { clientMechanisms } from "./client/index.js";
import type {
	ChannelBinding,
	ClientContext,
	ClientExchange,
	ClientMechanism,
	MechanismName,
	RandomOctets,
} from "./types.js";

export interface AuthenticateOptions {
	/** Those that will do, the dearest first. By default those that give no password away. */
	readonly mechanisms?: readonly MechanismName[];
	readonly user?: string;
	readonly password?: string;
	/** Whom to act as, where that is not the user. */
	readonly authorization?: string;
	/** For ANONYMOUS: an e-mail address, or something without "@". */
	readonly trace?: string;
	/** For DIGEST-MD5: the host of the server. */
	readonly host?: string;
	/** By default, those of TLS. */
	readonly channelBinding?: ChannelBinding;
	/** Whether others cannot read what is said; by default, under TLS. */
	readonly isEncrypted?: boolean;
	/** RFC 3080 §2.3.1.2: whom the peer is to act as, if this is the first start. */
	readonly serverName?: string;
	readonly random?: RandomOctets;
}

/** Those that show the server no password, and have it prove that it knows the account. */
export const PREFERRED: readonly MechanismName[] = [
	"SCRAM-SHA-256-PLUS",
	"SCRAM-SHA-1-PLUS",
	"SCRAM-SHA-256",
	"SCRAM-SHA-1",
];

/** The peer that is authenticated to has nothing to ask. */
const handler: ChannelHandler = {
	message: (request) =>
		request.error(
			errorPayload({ code: 550, text: "there is nothing to ask" }, undefined),
		),
};

/**
 * Authenticates to the peer of a session, RFC 3080 §4.1, by the first mechanism that will do
 * and is offered. Tells the peer nothing more once it finds that the peer is not what it
 * should be; the session is best ended then.
 *
 * @throws BeepError with the peer's reply code where it refuses; 534 where it offers nothing
 *   that will do; 501 for a name or a password that cannot be sent; 535 where it has not
 *   proved that it knows the account; 421 where the session ends before
 */
export async function authenticate(
	session: Session,
	options: AuthenticateOptions,
): Promise<void> {
	const greeting = await session.greeting;
	const context = contextOf(session, options, greeting);
	const { name, begin } = choose(options.mechanisms, context, greeting);
	const exchange = begin(context);
	const first = firstContent(exchange.initial);
	const { serverName } = options;
	const { channel, content } = await session.start(
		[{ uri: SASL_URI + name, content: first }],
		{ handler, tuning: true, ...(serverName !== undefined && { serverName }) },
	);
	try {
		await converse(channel, exchange, { content, isSent: first !== "" });
	} finally {
		// whether the peer agrees is of no importance, and nor is the channel
		await channel.close().catch(() => {});
	}
}

function contextOf(
	session: Session,
	options: AuthenticateOptions,
	greeting: Greeting,
): ClientContext {
	const { tls, role } = session;
	const { random = randomBytes, ...others } = options;
	return {
		...others,
		random,
		isEncrypted: options.isEncrypted ?? session.isEncrypted,
		channelBinding:
			options.channelBinding ??
			(tls === undefined ? () => undefined : tlsChannelBinding(tls, role)),
		isBindingOffered: greeting.profiles.some(
			(uri) => uri.startsWith(SASL_URI) && isBinding(uri),
		),
	};
}

function choose(
	names: readonly MechanismName[] = PREFERRED,
	context: ClientContext,
	{ profiles }: Greeting,
): ClientMechanism {
	const wanted = names.map((name) => clientMechanisms[name]);
	const chosen = wanted.find(
		(mechanism) =>
			profiles.includes(SASL_URI + mechanism.name) && mechanism.suits(context),
	);
	if (chosen !== undefined) return chosen;
	throw new BeepError(
		534,
		`the peer offers none of ${names.join(", ")} that could be used here`,
	);
}

/** The initial response, where the start has room for it. */
function firstContent(initial: Buffer | undefined): string {
	if (initial === undefined) return "";
	const content = blob({ status: "continue", octets: initial });
	return Buffer.byteLength(content) > MAX_PROFILE_CONTENT ? "" : content;
}

async function converse(
	channel: Channel,
	exchange: ClientExchange,
	{ content, isSent }: { content: string; isSent: boolean },
): Promise<void> {
	// a peer that says nothing at all has not looked at the initial response
	let unsent = isSent && content !== "" ? undefined : exchange.initial;
	let heard: Blob =
		content === "" ? nothing : understood(() => readBlob(content));
	while (heard.status !== "complete") {
		const octets = unsent ?? (await stepOrAbort(channel, exchange, heard));
		unsent = undefined;
		heard = await ask(channel, { status: "continue", octets });
	}
	if (heard.octets.length > 0) await exchange.step(heard.octets);
	exchange.complete();
}

const nothing: Blob = { status: "continue", octets: Buffer.alloc(0) };

async function stepOrAbort(
	channel: Channel,
	exchange: ClientExchange,
	{ octets }: Blob,
): Promise<Buffer> {
	try {
		return await exchange.step(octets);
	} catch (error) {
		await channel.request(beepXml(blob({ ...nothing, status: "abort" })));
		throw error;
	}
}

async function ask(channel: Channel, message: Blob): Promise<Blob> {
	const reply = await channel.request(beepXml(blob(message)));
	if (reply.kind === "RPY" || reply.kind === "ERR") {
		return understood(() => readBlob(xmlOf(reply.payload)));
	}
	if (reply.kind === "lost") throw new BeepError(421, "the session has ended");
	throw new BeepError(500, "this is not a one-to-one exchange");
}

/** A peer that makes no sense has refused. */
function understood(read: () => Blob): Blob {
	try {
		return read();
	} catch (error) {
		const { code, text } = refusalOf(error);
		throw new BeepError(code, text);
	}
}
