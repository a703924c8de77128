/** The entries that owners have without anybody setting them. */
import {
	addressOf,
	type Domain,
	domainOf,
	isService,
	localOf,
} from "../names/index.js";
import { escaped, exactly } from "./actor.js";
import type { DefaultEntry } from "./types.js";

/** The four of RFC 3341 §3. */
export const standardDefaults: readonly DefaultEntry[] = [
	{ actor: exactly, actions: ["all:all"] },
	{
		actor: (owner) => `apex=*@${escaped(domainOf(owner))}`,
		actions: ["all:all"],
	},
	{ actor: () => "apex=*@*", actions: ["core:data"] },
	{ actor: () => "*@*", actions: ["all:none"] },
];

/**
 * The subaddresses of the owner's address may do everything: whoever may attach as an
 * endpoint may attach as any subaddress of it (RFC 3340 §4.5.1).
 */
export const ownSubaddresses: DefaultEntry = {
	actor(owner) {
		const address = addressOf(owner);
		return `${escaped(localOf(address))}/*@${escaped(domainOf(address))}`;
	},
	actions: ["all:all"],
};

/**
 * Everybody may send to the services themselves. Without this nobody could ask for anything:
 * a request is data, and RFC 3340 §4.4.4.1 step 5.3 looks for `core:data` at its recipient.
 */
export const serviceDefaults: readonly DefaultEntry[] = [
	{ actor: () => "*@*", actions: ["core:data"], owner: isService },
	{ actor: () => "apex=*@*", actions: ["core:data"], owner: isService },
];

/** Within a domain, anybody may send to anybody and subscribe to anybody's presence. */
export function devDefaults(domain: Domain): DefaultEntry {
	return {
		actor: () => `*@${escaped(domain)}`,
		actions: ["core:data", "presence:subscribe"],
		owner: (owner) => domainOf(owner) === domain,
	};
}

/**
 * Everybody served here may subscribe to guests: these have agreed, once for all, to the
 * gateway that asks in everybody's name.
 *
 * @param domains those that are served here
 */
export function guestDefaults(
	domains: readonly Domain[],
	guestDomains: readonly Domain[],
): DefaultEntry[] {
	return domains.map((domain) => ({
		actor: () => `*@${escaped(domain)}`,
		actions: ["presence:subscribe"],
		owner: (owner) =>
			guestDomains.includes(domainOf(owner)) && !isService(owner),
	}));
}
