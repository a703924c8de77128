import type { Channel } from "./channel.js";
import {
	closePayload,
	errorPayload,
	greetingPayload,
	type ProposedProfile,
	readError,
	readGreeting,
	readOk,
	readProfile,
	refusalOf,
	startPayload,
} from "./elements.js";
import { BeepError } from "./error.js";
import type { Greeting, Reply, ReplyError } from "./types.js";

/** What channel zero asks of its session. */
interface Asked {
	/** Ends the session over a reply that is no BEEP. */
	fail(problem: string): void;
	/** Why there will be no replies. */
	reason(): string;
}

/** Channel zero, when this side asks: RFC 3080 §2.3.1. */
export class Zero {
	readonly #channel: Channel;
	readonly #session: Asked;
	#localize: readonly string[] | undefined;
	#greeted = false;

	constructor(channel: Channel, session: Asked) {
		this.#channel = channel;
		this.#session = session;
	}

	/** The peer has greeted, or said that it is unavailable. */
	get greeted(): boolean {
		return this.#greeted;
	}

	/**
	 * The `xml:lang` of our diagnostics. RFC 3080 §2.3.1.3: they are written in English, which
	 * goes without saying only where English is what the peer likes best.
	 */
	get lang(): string | undefined {
		const first = this.#localize?.[0];
		return first === undefined || /^(?:en\b|i-default$)/i.test(first)
			? undefined
			: "en";
	}

	/**
	 * RFC 3080 §2.3.1.1: both sides greet at once.
	 *
	 * @param heard is called with the peer's greeting, or with why there is none
	 */
	greet(
		greeting: Greeting | ReplyError,
		heard: (theirs: Greeting | BeepError) => void,
	): void {
		const [keyword, payload] =
			"code" in greeting
				? (["ERR", errorPayload(greeting, undefined)] as const)
				: (["RPY", greetingPayload(greeting)] as const);
		this.#channel.greet(keyword, payload, (reply) => {
			this.#greeted = true;
			const theirs = this.#outcome(reply, readGreeting);
			if (!(theirs instanceof BeepError)) this.#localize = theirs.localize;
			heard(theirs);
		});
	}

	/**
	 * Asks for a channel.
	 *
	 * @param decided is called at once with the outcome: frames of the new channel may follow in
	 *   the same octets
	 * @param sent called when the whole request has left
	 */
	start(
		start: {
			readonly number: number;
			readonly profiles: readonly ProposedProfile[];
			readonly serverName: string | undefined;
		},
		decided: (chosen: Required<ProposedProfile> | BeepError) => void,
		sent?: () => void,
	): void {
		const { number, profiles, serverName } = start;
		const payload = startPayload(number, profiles, serverName);
		const replied = (reply: Reply): void => {
			const chosen = this.#outcome(reply, readProfile);
			if (
				chosen instanceof BeepError ||
				profiles.some(({ uri }) => uri === chosen.uri)
			) {
				decided(chosen);
				return;
			}
			this.#session.fail(
				`channel ${number} with profile ${chosen.uri}, which was not proposed`,
			);
			decided(
				new BeepError(501, "the peer chose a profile that was not proposed"),
			);
		};
		this.#channel.send(payload, replied, sent);
	}

	/** Asks to close a channel; 0 releases the session. @throws BeepError when the peer declines */
	close(number: number, code: number, text: string): Promise<void> {
		return new Promise((resolve, reject) => {
			const payload = closePayload(number, { code, text }, this.lang);
			this.#channel.send(payload, (reply) => {
				const outcome = this.#outcome(reply, readOk);
				if (outcome instanceof BeepError && reply.kind !== "lost")
					reject(outcome);
				else resolve();
			});
		});
	}

	/** What a reply says. A poorly-formed one ends the session, RFC 3080 §2.2.2.1. */
	#outcome<Positive>(
		reply: Reply,
		positive: (payload: Buffer) => Positive,
	): Positive | BeepError {
		try {
			if (reply.kind === "RPY") return positive(reply.payload);
			if (reply.kind === "ERR") return readError(reply.payload);
		} catch (error) {
			const { text } = refusalOf(error);
			this.#session.fail(`a poorly-formed reply on channel 0: ${text}`);
			return new BeepError(500, text);
		}
		if (reply.kind === "lost")
			return new BeepError(421, this.#session.reason());
		this.#session.fail(`${reply.kind} in a one-to-one exchange on channel 0`);
		return new BeepError(500, "not a one-to-one exchange");
	}
}
