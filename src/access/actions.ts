/** Actions, RFC 3341 §3: `service:operation`. */

/**
 * Whether an entry's actions permit one. `all` stands for every service or every operation;
 * `none` for no operation, so it permits nothing, takes nothing away from the actions beside
 * it, and is never itself permitted.
 */
export function permits(actions: ReadonlySet<string>, action: string): boolean {
	const colon = action.indexOf(":");
	const service = action.slice(0, colon);
	const operation = action.slice(colon + 1);
	if (colon < 1 || operation === "" || operation === "none") return false;
	return (
		actions.has(action) ||
		actions.has("all:all") ||
		actions.has(`${service}:all`) ||
		actions.has(`all:${operation}`)
	);
}
