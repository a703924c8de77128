import { Duplex } from "node:stream";

/** One end of a connection inside the process; what is written to it is read at the other end. */
class End extends Duplex {
	#other: End | undefined;
	#resume: (() => void) | undefined;

	join(other: End): void {
		this.#other = other;
	}

	override _read(): void {
		const resume = this.#resume;
		this.#resume = undefined;
		resume?.();
	}

	override _write(chunk: Buffer, _encoding: string, done: () => void): void {
		this.#other?.accept(chunk, done);
	}

	override _final(done: () => void): void {
		this.#other?.push(null);
		done();
	}

	override _destroy(
		error: Error | null,
		done: (error: Error | null) => void,
	): void {
		const other = this.#other;
		this.#other = undefined;
		if (other !== undefined && !other.destroyed) other.destroy();
		done(error);
	}

	accept(chunk: Buffer, done: () => void): void {
		// a reader that has enough holds the writer up, as TCP would
		if (this.push(chunk)) done();
		else this.#resume = done;
	}
}

/** Two ends of one connection. */
export function pair(): [Duplex, Duplex] {
	const [one, other] = [new End(), new End()];
	one.join(other);
	other.join(one);
	return [one, other];
}
