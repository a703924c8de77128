import type { Reply } from "../names/index.js";
import type { Understood } from "./principals.js";
import { respond } from "./response.js";
import { Subscriber, type Surroundings } from "./subscriber.js";
import type { Application, Subscribe } from "./types.js";

/** One subscribe on its way: who asked for what, and how it is answered. */
export class Exchange {
	readonly request: Subscribe;
	readonly understood: Understood;
	readonly application: Application;
	/** Whether a subscription of this name is in progress and gets another duration. */
	readonly refreshes: boolean;
	readonly #surroundings: Surroundings;

	constructor(
		request: Subscribe,
		understood: Understood,
		application: Application,
		surroundings: Surroundings,
		refreshes = false,
	) {
		this.request = request;
		this.understood = understood;
		this.application = application;
		this.refreshes = refreshes;
		this.#surroundings = surroundings;
	}

	/** The application, as it is to be told from now on. */
	subscriber(): Subscriber {
		return new Subscriber(this.request, this.application, this.#surroundings);
	}

	/** RFC 3859 §3.1: the response comes before any notification. */
	respond(outcome: Reply, duration = 0): void {
		respond(this.request, this.application, outcome, duration);
	}
}
