// Figures, and how they are printed side by side.

/** Prints rows, the first column to the left and the others to the right. */
export function table(rows) {
	const widths = rows[0].map((_, column) =>
		Math.max(...rows.map((row) => row[column].length)),
	);
	for (const [name, ...figures] of rows) {
		const cells = figures.map((figure, index) =>
			figure.padStart(widths[index + 1]),
		);
		console.log([name.padEnd(widths[0]), ...cells].join("  "));
	}
}

/**
 * Watches a figure.
 *
 * @param {() => number} figure
 * @returns a function that stops and gives the greatest
 */
export function greatest(figure) {
	let most = figure();
	const timer = setInterval(() => {
		most = Math.max(most, figure());
	}, 100);
	return () => {
		clearInterval(timer);
		return most;
	};
}
