/**
 * A table in Markdown that people can read as it is: the first `left` columns to the left,
 * figures to the right.
 *
 * @param {readonly string[]} titles
 * @param {readonly (readonly string[])[]} rows
 * @param {number} left
 */
export function table(titles, rows, left) {
	const widths = titles.map((title, column) =>
		Math.max(3, title.length, ...rows.map((row) => row[column].length)),
	);
	const line = (cells) =>
		`| ${cells
			.map((cell, column) =>
				column < left
					? cell.padEnd(widths[column])
					: cell.padStart(widths[column]),
			)
			.join(" | ")} |\n`;
	const rule = widths.map((width, column) =>
		column < left ? "-".repeat(width) : `${"-".repeat(width - 1)}:`,
	);
	return line(titles) + line(rule) + rows.map(line).join("");
}

/** @param {number} figure @param {number} digits behind the point */
export function number(figure, digits) {
	return figure.toLocaleString("en", {
		minimumFractionDigits: digits,
		maximumFractionDigits: digits,
	});
}
