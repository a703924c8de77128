import type { Endpoint } from "../../names/index.js";

/** Somebody began to wait for permission, or no longer does. */
export type WaitingNews = (watcher: Endpoint, waits: boolean) => void;

/**
 * Watchers whose subscriptions are pending. The core does not know of them, but a presentity
 * who is to permit them must: RFC 3857 §4.7.1.
 */
export class Waiting {
	/** By target, then by watcher: how many of its dialogs wait. */
	readonly #counts = new Map<Endpoint, Map<Endpoint, number>>();
	readonly #listeners = new Map<Endpoint, Set<WaitingNews>>();

	of(target: Endpoint): Iterable<Endpoint> {
		return this.#counts.get(target)?.keys() ?? [];
	}

	add(target: Endpoint, watcher: Endpoint): void {
		const counts = this.#counts.get(target) ?? new Map<Endpoint, number>();
		this.#counts.set(target, counts);
		const count = counts.get(watcher) ?? 0;
		counts.set(watcher, count + 1);
		if (count === 0) this.#tell(target, watcher, true);
	}

	remove(target: Endpoint, watcher: Endpoint): void {
		const counts = this.#counts.get(target);
		const count = counts?.get(watcher) ?? 0;
		if (count > 1) counts?.set(watcher, count - 1);
		else if (count === 1) {
			counts?.delete(watcher);
			if (counts?.size === 0) this.#counts.delete(target);
			this.#tell(target, watcher, false);
		}
	}

	/** @returns a function after which nothing more is told */
	listen(target: Endpoint, listener: WaitingNews): () => void {
		const listeners = this.#listeners.get(target) ?? new Set<WaitingNews>();
		this.#listeners.set(target, listeners.add(listener));
		return () => {
			listeners.delete(listener);
			if (listeners.size === 0) this.#listeners.delete(target);
		};
	}

	#tell(target: Endpoint, watcher: Endpoint, waits: boolean): void {
		for (const listener of this.#listeners.get(target) ?? []) {
			listener(watcher, waits);
		}
	}
}
