/** Documents ↔ resources, RFC 3922 §5 and §6.3. */
import { type Body, isPidf, PIDF_TYPE } from "../../cpp/index.js";
import type { Endpoint } from "../../names/index.js";
import { type Availability, unavailable } from "./availability.js";
import { uriOf } from "./jid.js";
import { type Pidf, readPidf, writePidf } from "./pidf.js";
import { resourcesOf, tupleIdOf } from "./resource.js";
import { IM, showOf, statesOf } from "./show.js";

/** The most tuples of a document that become stanzas. */
const MAX_TUPLES = 64;

/**
 * RFC 3922 §6.3.1: what a document says, resource by resource. A document without tuples speaks
 * of the contact itself (§6.3.2), and so does content of another type, which is not mapped: they
 * say no more than that nothing is open.
 */
export function availabilitiesOf({
	contentType,
	octets,
}: Body): readonly Availability[] {
	const document = isPidf(contentType) ? read(octets, contentType) : undefined;
	const tuples = document?.tuples.slice(0, MAX_TUPLES) ?? [];
	if (tuples.length === 0) return [unavailable("")];
	const resources = resourcesOf(tuples.map(({ id }) => id));
	return tuples.map(({ basic, states, notes, priority }, index) => ({
		resource: resources[index] ?? "",
		available: basic === "open",
		show: showOf(states),
		notes,
		priority,
	}));
}

function read(octets: Uint8Array, contentType: string): Pidf | undefined {
	try {
		return readPidf(octets, contentType);
	} catch {
		// nothing that can be read, and so nothing that can be mapped
		return undefined;
	}
}

/** RFC 3922 §5.1 and §6.3.1: one document of all resources, at least one, of a user. */
export function documentOf(
	user: Endpoint,
	resources: readonly Availability[],
): Body {
	const contact = uriOf("im", user);
	const text = writePidf(
		{
			entity: uriOf("pres", user),
			tuples: resources.map((one) => ({
				id: tupleIdOf(one.resource),
				basic: one.available ? "open" : "closed",
				states: statesOf(one.show),
				extensions: [],
				contact,
				priority: one.priority,
				notes: one.notes,
			})),
			notes: [],
			extensions: [],
		},
		{ [IM]: "im" },
	);
	return {
		contentType: `${PIDF_TYPE};charset=UTF-8`,
		octets: Buffer.from(text),
	};
}
