import type { ServerResponse } from "node:http";
import { formatPres, type Notification } from "../../cpp/index.js";
import { formatTimestamp, MAX_31_BIT } from "../../names/index.js";
import { begin } from "./answer.js";
import { applicationName } from "./applications.js";
import { Outbox } from "./outbox.js";
import { Problem } from "./problem.js";
import type { Parties } from "./profile.js";
import type { WebLimits, WebParts } from "./types.js";

type Parts = Pick<WebParts, "cpp" | "random" | "log"> & {
	readonly limits: WebLimits;
};

const HEADERS = {
	"Content-Type": "text/event-stream",
	// a proxy that gathers before it passes on would keep news from people
	"X-Accel-Buffering": "no",
};

/**
 * `/presence/ENDPOINT/events`: a subscription as server-sent events. Whoever comes back is
 * told what holds now, so nothing depends on Last-Event-ID.
 */
export class EventStream {
	readonly #response: ServerResponse;
	readonly #outbox: Outbox;

	constructor({ limits, log }: Parts, response: ServerResponse) {
		this.#response = response;
		this.#outbox = new Outbox(
			{
				write: (text, written) => response.write(text, written),
				waiting: () => response.writableLength,
				overflow() {
					log.warn({}, "an event stream ends: its reader is too slow");
					response.destroy();
				},
			},
			limits,
		);
	}

	/** @returns once the subscription has been answered, why there is none, if so */
	begin(
		{ cpp, random }: Parts,
		{ who, subject }: Parties,
	): Promise<Problem | undefined> {
		const application = applicationName(random);
		return new Promise((resolve) => {
			this.#response.once("close", () => {
				this.#outbox.close();
				cpp.leave(application);
				resolve(undefined);
			});
			const request = {
				application,
				watcher: formatPres(who),
				target: formatPres(subject),
				duration: MAX_31_BIT,
				subscriptID: application,
				transID: application,
			};
			cpp.subscribe(request, {
				response: ({ status, reply }) => {
					if (status === "success") begin(this.#response, HEADERS);
					resolve(status === "success" ? undefined : Problem.of(reply));
				},
				notify: (notification) =>
					this.#outbox.state("", () => eventOf(notification)),
				// a reader that still wants to know subscribes again, and is told why not
				ended: () => this.end(),
			});
		});
	}

	/** A sign of life for proxies, and for us of a reader that has gone. */
	beat(): void {
		if (this.#response.headersSent && this.#response.writableLength === 0) {
			this.#response.write(":\n\n");
		}
	}

	/** Ends the stream after what it still has to tell. */
	end(): void {
		this.#outbox.settle("");
		this.#response.end();
	}
}

function eventOf({ content, entry }: Notification): string {
	const { contentType, octets } = content;
	const lastUpdate = formatTimestamp(entry.lastUpdate);
	const base64 = Buffer.from(octets).toString("base64");
	const data = JSON.stringify({ lastUpdate, contentType, base64 });
	return `id: ${lastUpdate}\ndata: ${data}\n\n`;
}
