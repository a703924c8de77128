import { randomBytes } from "node:crypto";
import { type Log, silent } from "../../names/index.js";
import type { Session } from "../session.js";
import type { Profile, ReplyError } from "../types.js";
import { SASL_URI } from "./blob.js";
import { isBinding, tlsChannelBinding } from "./channel-binding.js";
import { Conversation } from "./conversation.js";
import { type DigestOptions, serverMechanism } from "./server/index.js";
import type {
	ChannelBinding,
	Connection,
	Credentials,
	Decoys,
	MechanismName,
	RandomOctets,
	ServerContext,
	ServerMechanism,
} from "./types.js";

/** Who counts attempts, and makes those wait who make many. */
export interface Attempts {
	/** Somebody says who they are. Resolves when it may be checked. @throws BeepError 454 */
	admit(session: Session, name: string): Promise<void>;
	/** How that ended. */
	ended(session: Session, name: string, succeeded: boolean): void;
}

export interface SaslOptions {
	/** What is offered, the best first. */
	readonly mechanisms: readonly MechanismName[];
	readonly credentials: Credentials;
	readonly decoys: Decoys;
	/** For DIGEST-MD5. */
	readonly digest?: DigestOptions;
	/** For EXTERNAL: the identities that a peer's certificate names, the likeliest first. */
	external?(session: Session): readonly string[];
	/** For ANONYMOUS: the identity of a peer that sends a trace; undefined to keep it out. */
	anonymous?(session: Session, trace: string): string | undefined;
	/** Whether who is authenticated may act as another; nobody may where this is absent. */
	mayActAs?(authenticated: string, wanted: string): boolean;
	/** Whether others cannot read what is said; by default, under TLS. */
	isEncrypted?(session: Session): boolean;
	/** By default, those of TLS. */
	channelBinding?(session: Session): ChannelBinding;
	readonly attempts?: Attempts;
	readonly random?: RandomOctets;
	readonly log?: Log;
}

/**
 * The SASL profiles of a listener, RFC 3080 §4.1: one for each mechanism. A peer that
 * authenticates gets `session.identity`, and that once.
 *
 * @throws RangeError for DIGEST-MD5 without `digest`
 */
export function saslProfiles(options: SaslOptions): Profile[] {
	return options.mechanisms.map((name) =>
		profile(serverMechanism(name, options.digest), options),
	);
}

function profile(mechanism: ServerMechanism, options: SaslOptions): Profile {
	const { log = silent } = options;
	return {
		uri: SASL_URI + mechanism.name,
		tuning: true,
		withheld: (session) =>
			refusedTwice(session) ??
			mechanism.withheld?.(connectionOf(session, options)),
		async start({ session, content }) {
			const conversation = new Conversation({
				session,
				mechanism,
				log,
				context: () => contextOf(session, options),
				ended: (name, succeeded) =>
					options.attempts?.ended(session, name, succeeded),
			});
			return {
				handler: conversation,
				content: await conversation.start(content),
			};
		},
	};
}

/** RFC 3080 §4: authentication happens once in a session. */
function refusedTwice({ identity }: Session): ReplyError | undefined {
	return (
		identity && { code: 550, text: "the session is authenticated already" }
	);
}

function connectionOf(session: Session, options: SaslOptions): Connection {
	const { tls, role } = session;
	return {
		isEncrypted: options.isEncrypted?.(session) ?? session.isEncrypted,
		channelBinding:
			options.channelBinding?.(session) ??
			(tls === undefined ? () => undefined : tlsChannelBinding(tls, role)),
	};
}

function contextOf(session: Session, options: SaslOptions): ServerContext {
	const { credentials, decoys, random = randomBytes } = options;
	return {
		...connectionOf(session, options),
		...{ credentials, decoys, random },
		isBindingOffered: options.mechanisms.some(isBinding),
		external: () => options.external?.(session) ?? [],
		anonymous: (trace) => options.anonymous?.(session, trace),
		mayActAs: (authenticated, wanted) =>
			options.mayActAs?.(authenticated, wanted) ?? false,
		admit: async (name) => options.attempts?.admit(session, name),
	};
}
