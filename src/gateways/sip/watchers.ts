/** Those who want to know when a flow is lost. */
export class Watchers {
	/** Most flows have none. */
	#watching: Set<() => void> | undefined;

	watch(lost: () => void): () => void {
		const watching = this.#watching ?? new Set();
		this.#watching = watching.add(lost);
		return () => watching.delete(lost);
	}

	lost(): void {
		for (const lost of [...(this.#watching ?? [])]) lost();
	}
}
