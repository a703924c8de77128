import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";

/** One figure, by its name in the exposition. */
export interface Measured {
	/** For people. */
	readonly help: string;
	/** A count only grows, and its name ends in `_total`; any other figure is what holds now. */
	readonly kind: "count" | "now";
	/** Asked whenever somebody looks; with labels, a figure for each value of the label. */
	readonly read: () => number | ReadonlyMap<string, number>;
	/** The name of the label, where `read` gives a map. */
	readonly label?: string;
}

/** Figures by name, e.g. `apex_sessions`. */
export type Figures = Readonly<Record<string, Measured>>;

/**
 * The figures of one server in the text format of Prometheus. Nothing is counted here: the
 * rooms keep plain numbers, and they are read when somebody looks.
 */
export class Metrics {
	readonly #registry = new Registry();

	constructor(figures: Figures) {
		collectDefaultMetrics({ register: this.#registry });
		for (const [name, measured] of Object.entries(figures)) {
			this.#register(name, measured);
		}
	}

	get contentType(): string {
		return this.#registry.contentType;
	}

	text(): Promise<string> {
		return this.#registry.metrics();
	}

	#register(name: string, { help, kind, read, label }: Measured): void {
		const options = {
			...{ name, help, registers: [this.#registry] },
			...(label === undefined ? {} : { labelNames: [label] }),
		};
		const put = (set: (labels: object, value: number) => void): void => {
			const figure = read();
			if (typeof figure === "number") set({}, figure);
			else {
				for (const [value, number] of figure)
					set({ [label ?? ""]: value }, number);
			}
		};
		if (kind === "now") {
			new Gauge({
				...options,
				collect() {
					this.reset();
					put((labels, value) => this.set(labels, value));
				},
			});
			return;
		}
		new Counter({
			...options,
			collect() {
				// what is read is the whole count
				this.reset();
				put((labels, value) => this.inc(labels, value));
			},
		});
	}
}
