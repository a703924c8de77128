/**
 * Does something for each number below `count`, for so many of them at once.
 *
 * @template Result
 * @param {number} count
 * @param {number} width
 * @param {(number: number) => Promise<Result>} work
 * @returns {Promise<Result[]>}
 */
export async function atOnce(count, width, work) {
	const results = new Array(count);
	let next = 0;
	const one = async () => {
		while (next < count) {
			const number = next++;
			results[number] = await work(number);
		}
	};
	await Promise.all(Array.from({ length: Math.min(width, count) }, one));
	return results;
}
