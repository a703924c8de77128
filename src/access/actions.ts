/** Actions, RFC 3341 §3: `service:operation`. */
const NONE = ":none";

/**
 * Whether an entry's actions permit one. `all` stands for every service or every operation;
 * `none` for no operation, so it permits nothing, takes nothing away from the actions beside
 * it, and is never itself permitted.
 */
export function permits(actions: ReadonlySet<string>, action: string): boolean {
	const colon = action.indexOf(":");
	const isNone = action.length === colon + NONE.length && action.endsWith(NONE);
	if (colon < 1 || colon === action.length - 1 || isNone) return false;
	return (
		actions.has(action) ||
		actions.has("all:all") ||
		actions.has(`${action.slice(0, colon)}:all`) ||
		actions.has(`all:${action.slice(colon + 1)}`)
	);
}
