import type { Random } from "../names/index.js";

/** An SRV record, RFC 2782. */
export interface Srv {
	/** The host that serves; empty (the root) says that nobody does. */
	readonly name: string;
	readonly port: number;
	/** Lower ones are tried first. */
	readonly priority: number;
	/** The share that the host gets among those of its priority. */
	readonly weight: number;
}

/** The order in which the hosts of a service are tried, RFC 2782 "Weight". */
export function inOrder(records: readonly Srv[], random: Random): Srv[] {
	const priorities = [...new Set(records.map(({ priority }) => priority))];
	return priorities
		.sort((a, b) => a - b)
		.flatMap((priority) =>
			byWeight(
				records.filter((record) => record.priority === priority),
				random,
			),
		);
}

function byWeight(records: readonly Srv[], random: Random): Srv[] {
	// those of weight 0 come first, which gives them their very small chance
	const left = [...records].sort((a, b) => a.weight - b.weight);
	const ordered: Srv[] = [];
	while (left.length > 0) {
		const total = left.reduce((sum, { weight }) => sum + weight, 0);
		const drawn = Math.floor(random() * (total + 1));
		let sum = 0;
		const chosen = left.findIndex(({ weight }) => {
			sum += weight;
			return sum >= drawn;
		});
		ordered.push(...left.splice(chosen, 1));
	}
	return ordered;
}
