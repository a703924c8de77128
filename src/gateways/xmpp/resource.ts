/** Resource ↔ tuple id, RFC 3922 §5.1.1 and §5.2.1. */
import { decodeTupleId, encodeTupleId } from "../../cpp/index.js";

/** RFC 7622 §3.4. */
const MAX_RESOURCE_OCTETS = 1023;

// what RFC 6122 appendix B leaves as it is; a server refuses a JID with some of the rest
const CHARACTERS = /^[\p{L}\p{M}\p{N}\p{P}\p{Sm}\p{Sc}\p{Sk} ]+$/u;
const MAPPED = /[\p{Default_Ignorable_Code_Point}\u1806]/u;
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]/;

/** The id of the tuple of a resource. */
export function tupleIdOf(resource: string): string {
	return encodeTupleId(resource);
}

/** The resources of tuples, in their order, each another one; '' is the contact itself. */
export function resourcesOf(ids: readonly string[]): string[] {
	const used = new Set<string>();
	return ids.map((id) => {
		const first = resourceOf(id);
		let resource = first;
		for (let count = 2; used.has(resource); count += 1) {
			resource = `${first.slice(0, 200)}.${count}`;
		}
		used.add(resource);
		return resource;
	});
}

/** The resource of a tuple id. One that XMPP would refuse or change stays encoded. */
export function resourceOf(id: string): string {
	const resource = decodeTupleId(id);
	if (resource === "" || isResource(resource)) return resource;
	return encodeTupleId(resource).slice(0, MAX_RESOURCE_OCTETS / 2);
}

/** Whether XMPP takes the text for a resource and leaves it as it is. */
export function isResource(text: string): boolean {
	return (
		Buffer.byteLength(text) <= MAX_RESOURCE_OCTETS &&
		CHARACTERS.test(text) &&
		!MAPPED.test(text) &&
		!RIGHT_TO_LEFT.test(text) &&
		!/[\u{10000}-\u{10ffff}]/u.test(text) &&
		text.normalize("NFKC") === text
	);
}
