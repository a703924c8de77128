import { BeepError } from "../../error.js";
import { bindingOf, hasBinding } from "../channel-binding.js";
import {
	equal,
	hmac,
	isVerified,
	NONCE_OCTETS,
	type ScramHash,
	type ScramVerifier,
	xor,
} from "../scram.js";
import {
	type ClientFirst,
	readClientFinal,
	readClientFirst,
	serverFirst,
} from "../scram-messages.js";
import type {
	ServerContext,
	ServerExchange,
	ServerMechanism,
	ServerStep,
} from "../types.js";
import { authorized, canonical, failed } from "./names.js";

/** SCRAM without channel binding: RFC 5802, RFC 7677. */
export function scram(hash: ScramHash): ServerMechanism {
	return {
		name: `SCRAM-${hash}`,
		begin: (context) => new Exchange(hash, context, false),
	};
}

/** SCRAM that holds on this TLS connection and on no other. */
export function scramPlus(hash: ScramHash): ServerMechanism {
	return {
		name: `SCRAM-${hash}-PLUS`,
		withheld: ({ channelBinding }) =>
			hasBinding(channelBinding)
				? undefined
				: { code: 538, text: "there is no TLS to bind to" },
		begin: (context) => new Exchange(hash, context, true),
	};
}

/** What is known once the client has said who it is. */
interface Asked {
	readonly first: ClientFirst;
	readonly name: string;
	readonly verifier: ScramVerifier;
	readonly isAccount: boolean;
	readonly nonce: string;
	readonly challenge: string;
}

class Exchange implements ServerExchange {
	readonly #hash: ScramHash;
	readonly #context: ServerContext;
	readonly #plus: boolean;
	#asked: Asked | undefined;

	constructor(hash: ScramHash, context: ServerContext, plus: boolean) {
		this.#hash = hash;
		this.#context = context;
		this.#plus = plus;
	}

	async step(response: Buffer | undefined): Promise<ServerStep> {
		if (response === undefined) {
			return { kind: "challenge", blob: Buffer.alloc(0) };
		}
		const asked = this.#asked;
		if (asked !== undefined) return this.#check(asked, response);
		this.#asked = await this.#ask(readClientFirst(response));
		return { kind: "challenge", blob: Buffer.from(this.#asked.challenge) };
	}

	async #ask(first: ClientFirst): Promise<Asked> {
		this.#checkFlag(first);
		const { credentials, decoys, random, admit } = this.#context;
		const name = canonical(this.#context, first.user);
		await admit(name);
		const account = await credentials.verifier(name, this.#hash);
		// always made, so that it takes the same time whether it is needed or not
		const decoy = decoys.verifier(name, this.#hash);
		const verifier = account ?? decoy;
		const nonce = first.nonce + random(NONCE_OCTETS).toString("base64");
		return {
			...{ first, name, verifier, nonce },
			isAccount: account !== undefined,
			challenge: serverFirst({ ...verifier, nonce }),
		};
	}

	/** RFC 5802 §6. */
	#checkFlag({ flag }: ClientFirst): void {
		if (typeof flag !== "string") {
			if (this.#plus) return;
			throw new BeepError(501, "this mechanism binds to no channel");
		}
		if (this.#plus) throw new BeepError(501, "the channel is to be bound to");
		// it could, and has not heard that we can: somebody took the offer away
		const { isBindingOffered, channelBinding } = this.#context;
		if (flag === "y" && isBindingOffered && hasBinding(channelBinding)) {
			throw new BeepError(534, "SCRAM with channel binding is offered");
		}
	}

	#check(asked: Asked, response: Buffer): ServerStep {
		const { first, name, verifier, nonce, challenge, isAccount } = asked;
		const { binding, proof, ...final } = readClientFinal(response);
		const message = `${first.bare},${challenge},${final.withoutProof}`;
		const signature = hmac(this.#hash, verifier.storedKey, message);
		const proves =
			proof.length === signature.length &&
			isVerified(this.#hash, xor(proof, signature), verifier);
		const bound = equal(binding, this.#binding(first));
		if (!proves || !isAccount || !bound || final.nonce !== nonce) {
			throw failed();
		}
		return {
			kind: "success",
			identity: authorized(this.#context, name, first.authorization),
			blob: Buffer.from(
				`v=${hmac(this.#hash, verifier.serverKey, message).toString("base64")}`,
			),
		};
	}

	#binding({ flag, header }: ClientFirst): Buffer {
		const octets =
			typeof flag === "string"
				? Buffer.alloc(0)
				: bindingOf(flag.type, this.#context.channelBinding);
		// RFC 5802 §6: a type that we do not know
		if (octets === undefined) throw failed();
		return Buffer.concat([Buffer.from(header), octets]);
	}
}
