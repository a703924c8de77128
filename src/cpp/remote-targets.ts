import type { Clock, Endpoint, Random } from "../names/index.js";
import type { Exchange } from "./exchange.js";
import type { Remote } from "./remote.js";
import { RemoteTarget } from "./remote-target.js";
import { inProgress } from "./response.js";

/** What targets of other domains are handed. */
export interface RemoteTargetsParts {
	readonly remote: Remote;
	readonly clock: Clock;
	readonly random: Random;
}

/**
 * Targets of other domains. What is subscribed to there is not stored here: after a restart an
 * application subscribes again, and the service there replaces what it has (RFC 3343 §4.2
 * step 4).
 */
export class RemoteTargets {
	readonly #parts: RemoteTargetsParts;
	/** By watcher, then target. */
	readonly #targets = new Map<Endpoint, Map<Endpoint, RemoteTarget>>();

	constructor(parts: RemoteTargetsParts) {
		this.#parts = parts;
	}

	begin(exchange: Exchange): void {
		const { watcher, target } = exchange.understood;
		const theirs = this.#targets.get(watcher) ?? new Map();
		const remote = theirs.get(target) ?? this.#target(watcher, target);
		for (const other of theirs.values()) {
			if (other !== remote && other.has(exchange.request.subscriptID)) {
				exchange.respond(inProgress);
				return;
			}
		}
		this.#targets.set(watcher, theirs.set(target, remote));
		remote.begin(exchange);
	}

	/** An application has gone, and with it what it asked for. */
	leave(application: string): void {
		for (const theirs of [...this.#targets.values()]) {
			for (const target of [...theirs.values()]) target.leave(application);
		}
	}

	/** From now on nobody is told anything. */
	close(): void {
		for (const theirs of this.#targets.values()) {
			for (const target of theirs.values()) target.close();
		}
	}

	#target(watcher: Endpoint, target: Endpoint): RemoteTarget {
		return new RemoteTarget({
			...this.#parts,
			...{ watcher, target },
			abandoned: () => {
				const theirs = this.#targets.get(watcher);
				theirs?.delete(target);
				if (theirs?.size === 0) this.#targets.delete(watcher);
			},
		});
	}
}
