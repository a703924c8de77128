// What a run has measured, and how it is shown.
import { median } from "./statistics.mjs";
import { number, table } from "./table.mjs";

/**
 * The figures of a workload: for each case and contestant those of each round, by column.
 */
export class Figures {
	/** @type {Map<string, Map<string, Record<string, number>[]>>} */
	#cases = new Map();

	add(label, contestant, measured) {
		const of = this.#cases.get(label) ?? new Map();
		this.#cases.set(label, of);
		of.set(contestant, [...(of.get(contestant) ?? []), measured]);
	}

	/** The median of the rounds; NaN where nothing was measured. */
	figure = (label, contestant, column) => {
		const rounds = this.#cases.get(label)?.get(contestant) ?? [];
		return median(rounds.map((measured) => measured[column]));
	};

	/** What each round measured. */
	toJSON() {
		const entries = [...this.#cases].map(([label, of]) => [
			label,
			Object.fromEntries(of),
		]);
		return Object.fromEntries(entries);
	}

	/** The same, as medians to four digits. */
	medians(columns) {
		const mediansOf = (label, contestant) =>
			Object.fromEntries(
				Object.keys(columns)
					.map((key) => [key, this.figure(label, contestant, key)])
					.filter(([, figure]) => Number.isFinite(figure))
					.map(([key, figure]) => [key, Number(figure.toPrecision(4))]),
			);
		const entries = [...this.#cases].map(([label, of]) => [
			label,
			Object.fromEntries(
				[...of.keys()].map((name) => [name, mediansOf(label, name)]),
			),
		]);
		return Object.fromEntries(entries);
	}

	/** The figures that `toJSON` gave. */
	static from(stored) {
		const figures = new Figures();
		for (const [label, of] of Object.entries(stored)) {
			for (const [contestant, rounds] of Object.entries(of)) {
				for (const measured of rounds) figures.add(label, contestant, measured);
			}
		}
		return figures;
	}

	/** Medians, with what of each contestant's the first column that is compared takes of it. */
	table(columns, ours) {
		const shown = Object.entries(columns);
		const compared = shown.find(([, { compared }]) => compared)?.[0];
		const rows = [...this.#cases].flatMap(([label, of]) =>
			[...of.keys()].map((contestant) => [
				label,
				contestant,
				...shown.map(([key, { digits }]) =>
					shownAs(this.figure(label, contestant, key), digits),
				),
				...(compared === undefined
					? []
					: [
							shownAs(
								this.figure(label, ours, compared) /
									this.figure(label, contestant, compared),
								2,
							),
						]),
			]),
		);
		const titles = shown.map(([, { title }]) => title);
		const ratio = compared === undefined ? [] : ["ours / theirs"];
		return table(["", "", ...titles, ...ratio], rows, 2);
	}
}

const shownAs = (figure, digits) =>
	Number.isFinite(figure) ? number(figure, digits) : "";

/** Whether a goal is reached; undefined where its figures were not measured. */
export function isReached({ is, most, least }) {
	if (!Number.isFinite(is)) return undefined;
	return most === undefined ? is >= least : is <= most;
}

/** A table of goals. */
export function goalTable(goals) {
	const words = new Map([
		[true, "reached"],
		[false, "missed"],
	]);
	const rows = goals.map((goal) => [
		goal.says,
		words.get(isReached(goal)) ?? "not measured",
		shownAs(goal.is, 2),
		goal.most === undefined ? `≥ ${goal.least}` : `≤ ${goal.most}`,
	]);
	return table(["goal", "", "is", "wanted"], rows, 2);
}
