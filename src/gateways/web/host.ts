import type { Arrival } from "./arrival.js";
import { Problem } from "./problem.js";

/**
 * Which hosts are served, and whose pages may ask. Both are looked at in every mode: a page
 * of a stranger cannot reach a server on a laptop by a name that it has pointed there.
 */
export class Hosts {
	readonly #names: ReadonlySet<string>;
	readonly #origins: ReadonlySet<string>;

	/** @param names without ports; an IPv6 address with or without its brackets */
	constructor(names: readonly string[], origins: readonly string[] = []) {
		this.#names = new Set(
			names.flatMap((name) => hostOf(bracketed(name)) ?? []),
		);
		this.#origins = new Set(
			origins.flatMap((origin) => originOf(origin) ?? []),
		);
	}

	/** Why a request goes no further, if so. */
	refusal({ authority, origin, encrypted }: Arrival): Problem | undefined {
		const host = authority === undefined ? undefined : hostOf(authority);
		if (host === undefined || !this.#names.has(host)) {
			return new Problem(421, "this host is not served here");
		}
		if (origin === undefined) return undefined;
		const asked = originOf(origin);
		const own = originOf(`${encrypted ? "https" : "http"}://${authority}`);
		if (asked !== undefined && (asked === own || this.#origins.has(asked))) {
			return undefined;
		}
		return new Problem(403, "pages of this origin may not ask here");
	}
}

function hostOf(authority: string): string | undefined {
	// a user name before the host would be taken for it by people
	if (/[^\w.:[\]-]/.test(authority)) return undefined;
	const url = `http://${authority}`;
	if (!URL.canParse(url)) return undefined;
	return new URL(url).hostname.replace(/\.$/, "") || undefined;
}

function originOf(text: string): string | undefined {
	if (!URL.canParse(text)) return undefined;
	const { origin } = new URL(text);
	return origin === "null" ? undefined : origin;
}

function bracketed(name: string): string {
	return name.includes(":") && !name.startsWith("[") ? `[${name}]` : name;
}
