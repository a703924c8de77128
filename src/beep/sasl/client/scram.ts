import { BeepError } from "../../error.js";
import { BINDING_TYPES } from "../channel-binding.js";
import {
	equal,
	h,
	hmac,
	keysOf,
	MAX_ITERATIONS,
	MIN_ITERATIONS,
	NONCE_OCTETS,
	type ScramHash,
	xor,
} from "../scram.js";
import {
	type BindingFlag,
	clientFinalWithoutProof,
	clientFirstBare,
	gs2Header,
	readServerFinal,
	readServerFirst,
	type ServerFirst,
} from "../scram-messages.js";
import type {
	ClientContext,
	ClientExchange,
	ClientMechanism,
} from "../types.js";
import {
	credentialsOf,
	impostor,
	preparedOr501,
	unexpected,
} from "./credentials.js";

/** SCRAM without channel binding: RFC 5802, RFC 7677. */
export function scram(hash: ScramHash): ClientMechanism {
	return {
		name: `SCRAM-${hash}`,
		suits: ({ user, password }) => user !== undefined && password !== undefined,
		begin(context) {
			// RFC 5802 §6: "y" lets a server that does offer it find out that somebody hid that
			const could = typeof bindingFor(context) !== "string";
			const flag = could && !context.isBindingOffered ? "y" : "n";
			return new Exchange(hash, context, { flag, octets: Buffer.alloc(0) });
		},
	};
}

/** SCRAM bound to the TLS connection, so that nobody can sit in between. */
export function scramPlus(hash: ScramHash): ClientMechanism {
	return {
		name: `SCRAM-${hash}-PLUS`,
		suits: (context) =>
			context.user !== undefined &&
			context.password !== undefined &&
			bindingFor(context) !== "none",
		begin(context) {
			const binding = bindingFor(context);
			if (binding === "none") {
				throw new BeepError(538, "there is no TLS to bind to");
			}
			return new Exchange(hash, context, binding);
		},
	};
}

interface Binding {
	readonly flag: BindingFlag;
	readonly octets: Buffer;
}

function bindingFor({ channelBinding }: ClientContext): Binding | "none" {
	for (const type of BINDING_TYPES) {
		const octets = channelBinding(type);
		if (octets !== undefined) return { flag: { type }, octets };
	}
	return "none";
}

class Exchange implements ClientExchange {
	readonly initial: Buffer;
	readonly #hash: ScramHash;
	readonly #password: string;
	readonly #header: string;
	readonly #binding: Buffer;
	readonly #nonce: string;
	readonly #bare: string;
	/** What the server has to say in the end; known once it has sent its first message. */
	#signature: Buffer | undefined;
	#proved = false;

	constructor(hash: ScramHash, context: ClientContext, binding: Binding) {
		const { user, password } = credentialsOf(context);
		const wanted = context.authorization;
		this.#hash = hash;
		this.#password = password;
		this.#header = gs2Header(
			binding.flag,
			wanted === undefined ? "" : preparedOr501(wanted),
		);
		this.#binding = binding.octets;
		this.#nonce = context.random(NONCE_OCTETS).toString("base64");
		this.#bare = clientFirstBare(user, this.#nonce);
		this.initial = Buffer.from(this.#header + this.#bare);
	}

	async step(challenge: Buffer): Promise<Buffer> {
		if (this.#signature === undefined) {
			return this.#prove(challenge.toString(), readServerFirst(challenge));
		}
		if (this.#proved) return unexpected();
		if (!equal(readServerFinal(challenge), this.#signature)) throw impostor();
		this.#proved = true;
		return Buffer.alloc(0);
	}

	complete(): void {
		if (!this.#proved) throw impostor();
	}

	async #prove(challenge: string, first: ServerFirst): Promise<Buffer> {
		const { nonce, iterations } = first;
		if (!nonce.startsWith(this.#nonce) || nonce === this.#nonce) {
			throw new BeepError(535, "the server answers to another nonce");
		}
		if (iterations < MIN_ITERATIONS || iterations > MAX_ITERATIONS) {
			throw new BeepError(534, `${iterations} iterations are asked for`);
		}
		const keys = await keysOf(this.#hash, this.#password, first);
		const bound = Buffer.concat([Buffer.from(this.#header), this.#binding]);
		const final = clientFinalWithoutProof(bound, nonce);
		const message = `${this.#bare},${challenge},${final}`;
		const storedKey = h(this.#hash, keys.clientKey);
		const proof = xor(keys.clientKey, hmac(this.#hash, storedKey, message));
		this.#signature = hmac(this.#hash, keys.serverKey, message);
		return Buffer.from(`${final},p=${proof.toString("base64")}`);
	}
}
