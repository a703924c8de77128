/** What mechanisms need, and what they give: SASL, RFC 4422. Nothing here knows of sessions. */
import type { ReplyError } from "../types.js";
import type { ScramHash, ScramVerifier } from "./scram.js";

/** The mechanisms there are, by their names in the registry of the IANA. */
export const MECHANISMS = [
	"SCRAM-SHA-256-PLUS",
	"SCRAM-SHA-1-PLUS",
	"SCRAM-SHA-256",
	"SCRAM-SHA-1",
	"PLAIN",
	"EXTERNAL",
	"ANONYMOUS",
	"DIGEST-MD5",
] as const;

export type MechanismName = (typeof MECHANISMS)[number];

/** What a server knows of its accounts, none of it a password. */
export interface Credentials {
	/** The form of a name that all its spellings have in common; of any text, account or not. */
	canonical(name: string): string;
	/** Against which a SCRAM proof, or a password, is checked. `name` is canonical. */
	verifier(name: string, hash: ScramHash): Promise<ScramVerifier | undefined>;
	/** H(user:realm:password) of RFC 2831 §2.1.2.1, where it is kept. `name` is canonical. */
	digest?(name: string, realm: string): Promise<Buffer | undefined>;
}

/** A way to bind an exchange to the TLS connection below it: RFC 9266, RFC 5929 §4. */
export type ChannelBindingType = "tls-exporter" | "tls-server-end-point";

/** @returns the octets of a channel binding, or undefined where there is none of this type */
export type ChannelBinding = (type: ChannelBindingType) => Buffer | undefined;

/** `length` random octets, as `crypto.randomBytes` gives them. */
export type RandomOctets = (length: number) => Buffer;

/** What an exchange knows of the connection that it goes over. */
export interface Connection {
	/** Whether others on the path cannot read what is said. */
	readonly isEncrypted: boolean;
	readonly channelBinding: ChannelBinding;
}

/** What the server of an exchange can ask about its peer. */
export interface ServerContext extends Connection {
	/** Whether SCRAM with channel binding is offered, where there is something to bind to. */
	readonly isBindingOffered: boolean;
	readonly credentials: Credentials;
	/** Stands in where there is no account, so that there being none does not show. */
	readonly decoys: Decoys;
	readonly random: RandomOctets;
	/** The identities that the service outside SASL vouches for, the likeliest first. */
	external(): readonly string[];
	/**
	 * The identity of whoever sends a trace (RFC 4505), or undefined where the policy is not
	 * to let them in.
	 */
	anonymous(trace: string): string | undefined;
	/** Whether who is authenticated may act as another. Both names are canonical. */
	mayActAs(authenticated: string, wanted: string): boolean;
	/** Called once it is said who wants to be authenticated. @throws BeepError 454 */
	admit(name: string): Promise<void>;
}

/** What an unknown account is checked against. */
export interface Decoys {
	verifier(name: string, hash: ScramHash): ScramVerifier;
	digest(name: string, realm: string): Buffer;
}

/** What a server says to a response of the client. */
export type ServerStep =
	| { readonly kind: "challenge"; readonly blob: Buffer }
	| {
			readonly kind: "success";
			/** The authorization identity. */
			readonly identity: string;
			/** RFC 4422 §3.6: additional data. */
			readonly blob?: Buffer;
	  };

/** One authentication exchange, as its server sees it. */
export interface ServerExchange {
	/**
	 * @param response undefined where the client has not sent an initial response
	 * @throws BeepError with the reply code of RFC 3080 §8 where authentication fails
	 */
	step(response: Buffer | undefined): Promise<ServerStep>;
}

/** A mechanism, as a server offers it. */
export interface ServerMechanism {
	/** As registered with the IANA. */
	readonly name: MechanismName;
	/** Why there is no use in trying on such a connection, if so. */
	withheld?(connection: Connection): ReplyError | undefined;
	begin(context: ServerContext): ServerExchange;
}

/** What the client of an exchange knows. */
export interface ClientContext extends Connection {
	/** Absent for EXTERNAL and ANONYMOUS. */
	readonly user?: string | undefined;
	readonly password?: string | undefined;
	/** Whom to act as, where that is not who is authenticated. */
	readonly authorization?: string | undefined;
	/** RFC 4505: an e-mail address, or something without "@". */
	readonly trace?: string | undefined;
	/** The host of the server, for `digest-uri` (RFC 2831 §2.1.2). */
	readonly host?: string | undefined;
	readonly random: RandomOctets;
	/** Whether the server offers SCRAM with channel binding. */
	readonly isBindingOffered: boolean;
}

/** One authentication exchange, as its client sees it. */
export interface ClientExchange {
	/** The initial response; undefined where the server speaks first. */
	readonly initial: Buffer | undefined;
	/** @throws BeepError where the challenge is not what it should be */
	step(challenge: Buffer): Promise<Buffer>;
	/** The server says that all is well. @throws BeepError where it has yet to prove itself */
	complete(): void;
}

/** A mechanism, as a client uses it. */
export interface ClientMechanism {
	readonly name: MechanismName;
	/** Whether what is known and allowed suffices. */
	suits(context: ClientContext): boolean;
	/** @throws BeepError 501 for a name or a password that cannot be sent */
	begin(context: ClientContext): ClientExchange;
}
