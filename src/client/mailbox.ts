/**
 * An async iterator that is filled from outside. It has one reader: whoever iterates it
 * twice shares the items. What was offered before the end is read before the end.
 */
export class Mailbox<Item> implements AsyncIterableIterator<Item> {
	readonly #capacity: number;
	readonly #abandoned: () => void;
	readonly #items: Item[] = [];
	readonly #readers: {
		resolve(result: IteratorResult<Item>): void;
		reject(error: Error): void;
	}[] = [];
	#ended = false;
	#error: Error | undefined;

	/**
	 * @param capacity how many items may wait for the reader
	 * @param abandoned the reader wants no more
	 */
	constructor(capacity: number, abandoned: () => void = () => {}) {
		this.#capacity = capacity;
		this.#abandoned = abandoned;
	}

	get ended(): boolean {
		return this.#ended;
	}

	/** @returns false when it is full or has ended: the item is not taken */
	offer(item: Item): boolean {
		if (this.#ended) return false;
		const reader = this.#readers.shift();
		if (reader !== undefined) {
			reader.resolve({ done: false, value: item });
			return true;
		}
		if (this.#items.length >= this.#capacity) return false;
		this.#items.push(item);
		return true;
	}

	/** Puts an item in the place of all that nobody has read. */
	replace(item: Item): void {
		this.#items.length = 0;
		this.offer(item);
	}

	/** Nothing more will come. An error is thrown to the reader, once. */
	end(error?: Error): void {
		if (this.#ended) return;
		this.#ended = true;
		const [first, ...others] = this.#readers.splice(0);
		if (error === undefined) first?.resolve({ done: true, value: undefined });
		else if (first === undefined) this.#error = error;
		else first.reject(error);
		for (const reader of others)
			reader.resolve({ done: true, value: undefined });
	}

	next(): Promise<IteratorResult<Item>> {
		const item = this.#items.shift();
		if (item !== undefined)
			return Promise.resolve({ done: false, value: item });
		if (!this.#ended) {
			return new Promise((resolve, reject) => {
				this.#readers.push({ resolve, reject });
			});
		}
		const error = this.#error;
		this.#error = undefined;
		return error === undefined
			? Promise.resolve({ done: true, value: undefined })
			: Promise.reject(error);
	}

	/** The reader leaves the loop. */
	return(): Promise<IteratorResult<Item>> {
		this.#items.length = 0;
		this.#error = undefined;
		if (!this.#ended) {
			this.end();
			this.#abandoned();
		}
		return Promise.resolve({ done: true, value: undefined });
	}

	[Symbol.asyncIterator](): this {
		return this;
	}
}
