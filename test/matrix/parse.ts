/** What somebody is told who asks for something. */
export interface Cell {
	readonly who: string;
	readonly operation: string;
	readonly expected: string;
}

export interface Table {
	/** As it stands in the source. */
	readonly markdown: string;
	/** The columns. */
	readonly who: readonly string[];
	/** The rows. */
	readonly operations: readonly string[];
	/** Those that say something. */
	readonly cells: readonly Cell[];
}

/** A question that nobody asks. */
const NOTHING = "–";

/** Reads a table as Markdown has it. @throws Error where a row is not as long as the head */
export function parseTable(text: string): Table {
	const markdown = text.trim();
	const [head = [], , ...rows] = markdown.split("\n").map(cellsOf);
	const [, ...who] = head;
	const cells = rows.flatMap(([operation = "", ...row]) => {
		if (row.length !== who.length) {
			throw new Error(`"${operation}" has ${row.length} cells`);
		}
		return row.map((expected, column) => ({
			who: who[column] ?? "",
			operation,
			expected,
		}));
	});
	return {
		markdown,
		who,
		operations: rows.map(([operation = ""]) => operation),
		cells: cells.filter(({ expected }) => expected !== NOTHING),
	};
}

function cellsOf(line: string): string[] {
	return line
		.slice(1, -1)
		.split("|")
		.map((cell) => cell.trim());
}
