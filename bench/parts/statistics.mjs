/** @param {readonly number[]} figures */
export function median(figures) {
	return quantile(figures, 0.5);
}

/**
 * @param {readonly number[]} figures
 * @param {number} part from 0, the least, to 1, the most
 */
export function quantile(figures, part) {
	const sorted = Float64Array.from(figures).sort();
	const at = (sorted.length - 1) * part;
	const below = Math.floor(at);
	const above = Math.ceil(at);
	return sorted[below] + (sorted[above] - sorted[below]) * (at - below);
}

/**
 * Fits y = a + b·x so that the errors relative to y are least (squares).
 *
 * @param {readonly (readonly [x: number, y: number])[]} points
 * @returns {{ a: number, b: number }}
 */
export function straight(points) {
	let [w, wx, wy, wxx, wxy] = [0, 0, 0, 0, 0];
	for (const [x, y] of points) {
		const weight = 1 / (y * y);
		w += weight;
		wx += weight * x;
		wy += weight * y;
		wxx += weight * x * x;
		wxy += weight * x * y;
	}
	const b = (w * wxy - wx * wy) / (w * wxx - wx * wx);
	return { a: (wy - b * wx) / w, b };
}
