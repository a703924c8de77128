import { beepXml } from "../../mime/index.js";
import type { Log } from "../../names/index.js";
import { write } from "../../xml/index.js";
import { errorElement, refusalOf } from "../elements.js";
import { BeepError } from "../error.js";
import type { Session } from "../session.js";
import type { ChannelHandler, ReplyError, Request } from "../types.js";
import { type Blob, blob, readBlob, xmlOf } from "./blob.js";
import type {
	ServerContext,
	ServerExchange,
	ServerMechanism,
	ServerStep,
} from "./types.js";

interface Parts {
	readonly session: Session;
	readonly mechanism: ServerMechanism;
	readonly log: Log;
	/** For a new exchange. */
	context(): ServerContext;
	/** Somebody who said who they were has, or has not, proved it. */
	ended(name: string, succeeded: boolean): void;
}

/** What a listener says next: an answer, or why not. */
type Answer = { readonly blob: Blob } | { readonly refusal: ReplyError };

const EMPTY = Buffer.alloc(0);

/**
 * One channel of a SASL profile, as its listener sees it. After a failure or an abort the
 * peer may begin again on the same channel.
 */
export class Conversation implements ChannelHandler {
	readonly #parts: Parts;
	#exchange: ServerExchange | undefined;
	/** Who the peer says it is. */
	#name: string | undefined;
	#closed = false;
	// a peer may send its next MSG before it has the reply to this one
	#turn: Promise<void> = Promise.resolve();

	constructor(parts: Parts) {
		this.#parts = parts;
	}

	/**
	 * The peer starts the channel.
	 *
	 * @param content '' where there is no initial response
	 * @returns the content of the answer
	 */
	async start(content: string): Promise<string> {
		const answer = await this.#answer(() =>
			content === "" ? undefined : readBlob(content),
		);
		return xml(answer);
	}

	message(request: Request): void {
		this.#turn = this.#turn.then(async () => {
			const answer = await this.#answer(() => readBlob(xmlOf(request.payload)));
			const payload = beepXml(xml(answer));
			if ("blob" in answer) request.reply(payload);
			else request.error(payload);
		});
	}

	/** Whoever leaves in the middle has not proved who they are. */
	closed(): void {
		this.#closed = true;
		this.#end(false);
	}

	async #answer(message: () => Blob | undefined): Promise<Answer> {
		try {
			return { blob: await this.#step(message()) };
		} catch (error) {
			return { refusal: this.#failed(error) };
		}
	}

	async #step(message: Blob | undefined): Promise<Blob> {
		const { session, mechanism } = this.#parts;
		if (session.identity !== undefined) {
			throw new BeepError(550, "the session is authenticated already");
		}
		if (message?.status === "abort") {
			throw new BeepError(451, "the authentication is aborted");
		}
		// RFC 3080 §4.1.3: it is for the server to say so
		if (message?.status === "complete") {
			throw new BeepError(501, "only a server says that it is complete");
		}
		this.#exchange ??= mechanism.begin(this.#context());
		const step = await this.#exchange.step(message?.octets);
		if (this.#closed) throw new BeepError(451, "the channel is closed");
		return this.#said(step);
	}

	#context(): ServerContext {
		const context = this.#parts.context();
		return {
			...context,
			admit: async (name) => {
				await context.admit(name);
				this.#name = name;
			},
		};
	}

	#said(step: ServerStep): Blob {
		if (step.kind === "challenge") {
			return { status: "continue", octets: step.blob };
		}
		const { session, mechanism, log } = this.#parts;
		session.authenticated({ mechanism: mechanism.name, name: step.identity });
		log.info(
			{ peer: session.peer, mechanism: mechanism.name, as: step.identity },
			"authenticated",
		);
		this.#end(true);
		return { status: "complete", octets: step.blob ?? EMPTY };
	}

	#failed(error: unknown): ReplyError {
		const { session, mechanism, log } = this.#parts;
		const refusal = reasonOf(error);
		const fields = { peer: session.peer, mechanism: mechanism.name };
		const what = { ...fields, name: this.#name, code: refusal.code };
		const isOurs = refusal.code === 454 && !(error instanceof BeepError);
		if (isOurs) log.error({ ...what, error }, refusal.text);
		else log.info(what, refusal.text);
		this.#end(false);
		return refusal;
	}

	#end(succeeded: boolean): void {
		if (this.#name !== undefined) this.#parts.ended(this.#name, succeeded);
		this.#exchange = undefined;
		this.#name = undefined;
	}
}

/** What is no fault of the peer is a temporary failure, and what it is is nobody's business. */
function reasonOf(error: unknown): ReplyError {
	try {
		return refusalOf(error);
	} catch {
		return { code: 454, text: "the account cannot be looked up now" };
	}
}

function xml(answer: Answer): string {
	return "blob" in answer
		? blob(answer.blob)
		: write(errorElement(answer.refusal, undefined));
}
