/** The fields of a JSON object, read one by one. */

export class FieldError extends Error {
	readonly code: 501 | 504;

	constructor(code: 501 | 504, message: string) {
		super(message);
		this.code = code;
	}
}

type Types = { string: string; number: number };

/** The fields of an object, each to be asked for. */
export class Fields {
	readonly #value: Record<string, unknown>;
	readonly #asked = new Set<string>();

	constructor(value: Record<string, unknown>) {
		this.#value = value;
	}

	string(name: string): string {
		return this.#required(name, "string");
	}

	number(name: string): number {
		return this.#required(name, "number");
	}

	optional<N extends string, T extends keyof Types>(
		name: N,
		type: T,
	): { readonly [name in N]?: Types[T] } {
		const value = this.#read(name, type);
		return (value === undefined ? {} : { [name]: value }) as {
			readonly [name in N]?: Types[T];
		};
	}

	object(name: string): Fields | undefined {
		this.#asked.add(name);
		if (!Object.hasOwn(this.#value, name)) return undefined;
		const value = this.#value[name];
		if (typeof value !== "object" || value === null || Array.isArray(value)) {
			throw new FieldError(501, `${name}: not an object`);
		}
		return new Fields(value as Record<string, unknown>);
	}

	/** @throws FieldError where there is a field that nobody asked for */
	done(): void {
		const other = Object.keys(this.#value).find(
			(name) => !this.#asked.has(name),
		);
		if (other !== undefined) {
			throw new FieldError(504, `there is no field ${JSON.stringify(other)}`);
		}
	}

	#required<T extends keyof Types>(name: string, type: T): Types[T] {
		const value = this.#read(name, type);
		if (value === undefined) throw new FieldError(501, `${name} is missing`);
		return value;
	}

	#read<T extends keyof Types>(name: string, type: T): Types[T] | undefined {
		this.#asked.add(name);
		if (!Object.hasOwn(this.#value, name)) return undefined;
		const value = this.#value[name];
		if (typeof value !== type) {
			throw new FieldError(501, `${name}: not a ${type}`);
		}
		return value as Types[T];
	}
}
