/**
 * A second reading of RFC 3341 §3 and §3.1, as slow and as close to the text as it gets: every
 * entry is matched, character by character, and those that match are sorted.
 */

interface Candidate {
	readonly actor: string;
	readonly actions: readonly string[];
}

/** Text with escapes read: a character, or a wildcard. */
type Piece = { readonly literal: string } | "wildcard";

function pieces(text: string): Piece[] {
	const result: Piece[] = [];
	const characters = [...text];
	for (let i = 0; i < characters.length; i++) {
		const character = characters[i] ?? "";
		if (character === "\\") {
			i += 1;
			result.push({ literal: characters[i] ?? "" });
		} else {
			result.push(character === "*" ? "wildcard" : { literal: character });
		}
	}
	return result;
}

/** The length of what the wildcard stands for: 0 when exact, undefined when there is no match. */
function wildcardLength(pattern: string, text: string): number | undefined {
	const parts = pieces(pattern);
	const at = parts.indexOf("wildcard");
	const plain = parts.map((p) => (p === "wildcard" ? "" : p.literal)).join("");
	if (at < 0) return plain === text ? 0 : undefined;
	for (let length = 1; length <= text.length; length++) {
		for (let from = 0; from + length <= text.length; from++) {
			const rest = text.slice(0, from) + text.slice(from + length);
			const before = parts
				.slice(0, at)
				.map((p) => (p === "wildcard" ? "" : p.literal))
				.join("");
			if (rest === plain && text.slice(0, from) === before) return length;
		}
	}
	return undefined;
}

/** How far from exact: 0 is exact. */
function domainRank(pattern: string, domain: string): number | undefined {
	if (pattern.startsWith("*.") && !domain.startsWith("[")) {
		if (pattern.slice(2) === domain) return 1; // zero subdomains
	}
	const length = wildcardLength(pattern, domain);
	if (length === undefined) return undefined;
	if (length > 0 && pattern.startsWith("*.") && domain.startsWith("[")) {
		return undefined;
	}
	return length === 0 ? 0 : length + 1;
}

function localRank(pattern: string, local: string): number | undefined {
	if (pattern === "*" && local.startsWith("apex=")) return undefined;
	return wildcardLength(pattern, local);
}

function split(name: string): [local: string, domain: string] {
	const at = name.indexOf("@");
	return [name.slice(0, at), name.slice(at + 1).toLowerCase()];
}

/** The entry to use for an actor, among those of one owner. */
export function naiveSelect<T extends Candidate>(
	entries: readonly T[],
	actor: string,
): T | undefined {
	const [local, domain] = split(actor);
	return entries
		.flatMap((entry) => {
			const [localPattern, domainPattern] = split(entry.actor);
			const primary = domainRank(domainPattern, domain);
			const secondary = localRank(localPattern, local);
			return primary === undefined || secondary === undefined
				? []
				: [{ entry, primary, secondary }];
		})
		.sort((a, b) => a.primary - b.primary || a.secondary - b.secondary)[0]
		?.entry;
}

export function naivePermits(
	actions: readonly string[],
	action: string,
): boolean {
	const [service, operation] = action.split(":");
	return actions.some((each) => {
		const [s, o] = each.split(":");
		return (s === "all" || s === service) && (o === "all" || o === operation);
	});
}
