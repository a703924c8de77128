import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

export interface Told {
	readonly id: string;
	readonly contentType: string;
	readonly octets: Buffer;
}

/** Server-sent events, read as the HTML Living Standard §9.2.6 says. */
export class Events {
	readonly #lines: AsyncIterator<string>;

	constructor(input: Readable) {
		// called off at the end of a test
		input.on("error", () => {});
		this.#lines = createInterface({ input })[Symbol.asyncIterator]();
	}

	/** The next event. @throws Error where the stream ends */
	async next(): Promise<Told> {
		const fields = new Map<string, string>();
		for (;;) {
			const { value: line, done } = await this.#lines.next();
			if (done) throw new Error("the stream has ended");
			if (line === "" && fields.size > 0) break;
			const [, name, value = ""] = /^(\w+): ?(.*)$/.exec(line) ?? [];
			if (name !== undefined) fields.set(name, value);
		}
		const { contentType, base64 } = JSON.parse(fields.get("data") ?? "{}");
		const octets = Buffer.from(base64, "base64");
		return { id: fields.get("id") ?? "", contentType, octets };
	}
}
