import type { Session } from "../../src/beep/index.js";
import { type Element, elementsOf, readAny } from "../../src/xml/index.js";
import { Application } from "../apex/harness.js";
import { codeOf } from "../server/secured.js";

/** One who asks: a session, what is sent to come in, and in whose name the rest is. */
export class Actor {
	readonly originator: string;
	/** Somebody on the same session whom services answer, whatever they do about the originator. */
	readonly reader: string;
	readonly #session: Session;
	readonly #enters: string;
	#application: Application | undefined;

	/** @param enters an `attach` or a `bind` */
	constructor(
		session: Session,
		parts: { enters: string; originator: string; reader?: string },
	) {
		this.#session = session;
		this.#enters = parts.enters;
		this.originator = parts.originator;
		this.reader = parts.reader ?? parts.originator;
	}

	/** Attaches or binds, unless there is no channel to be had. */
	async enter(): Promise<void> {
		const answer = await this.ask(this.#enters);
		if (this.#application === undefined || answer === "ok") return;
		throw new Error(`${this.#enters}: ${answer}`);
	}

	/** Is attached and bound as nobody any more. RFC 3340 §4.4.3 step 1. */
	async leave(): Promise<void> {
		await this.#application?.ask("<terminate transID='0' />");
	}

	/** @returns "ok", or the code of an `error`, be it that of the start of the channel */
	async ask(xml: string): Promise<string> {
		if (this.#application === undefined) {
			const starting = Application.start(this.#session);
			const code = await codeOf(starting);
			if (code !== "done") return String(code);
			this.#application = await starting;
		}
		return this.#application.ask(xml);
	}

	/** What the next data carries that is about one of some matters. */
	async hear(isAbout: (content: Element) => boolean): Promise<Element> {
		for (;;) {
			const message = await this.#application?.next();
			if (message === undefined) throw new Error("there is no channel");
			const content = contentOf(message);
			if (content !== undefined && isAbout(content)) return content;
		}
	}
}

function contentOf(message: string): Element | undefined {
	const holder = elementsOf(readAny(message).root).find(
		({ name }) => name === "data-content",
	);
	return holder && elementsOf(holder)[0];
}
