import { type Dtd, dtds } from "../xml/index.js";
import type { Defaults } from "./compare.js";

// The other DTDs include the core, so their union has every element of APEX.
const APEX: readonly Dtd[] = [
	dtds.core,
	dtds.presence,
	dtds.access,
	dtds.report,
	dtds.party,
];

/** The defaults that the DTDs of APEX give. */
export const apexDefaults: Defaults = (name) => {
	const declared = APEX.map((dtd) => dtd.element(name)).find(
		(element) => element !== undefined,
	);
	const values: Record<string, string> = {};
	for (const attribute of declared?.attributes.values() ?? []) {
		if (attribute.default !== undefined)
			values[attribute.name] = attribute.default;
	}
	return values;
};
