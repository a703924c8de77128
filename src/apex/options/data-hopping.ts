import { reply } from "../../names/index.js";
import { attribute, dtds, type Element, write } from "../../xml/index.js";
import type { Option } from "../option.js";
import { contentOfOption } from "./content.js";

/** RFC 3342 §4: how many relays data may still pass, so that a loop in the mesh ends. */
export const dataHopping: Option = {
	name: "dataHopping",
	presentIn: ["data"],
	check: (option) => void hoppingOf(option),
	data(option, passage) {
		const element = hoppingOf(option);
		const noMoreThan = hopsOf(element);
		return {
			leaving() {
				if (passage.isFinal || noMoreThan === 0) return undefined;
				const left = noMoreThan - 1;
				if (left > 0) return { element, text: counted(element, left) };
				const failure = reply(550, "it has passed too many relays");
				if (attribute(element, "reportErrors") === "true") {
					passage.report(option, failure);
				}
				return failure;
			},
		};
	},
};

/** Whether an option ends a loop: it counts, and every relay finds it. */
export function countsHops(option: Element): boolean {
	return (
		attribute(option, "targetHop") === "all" && hopsOf(hoppingOf(option)) > 0
	);
}

/**
 * The per-data option that a relay adds, RFC 3340 §4.4.4.1.
 *
 * It need not be understood: the text demands that of originators, but a relay that knows no
 * option would refuse everything that passed through this one.
 *
 * @param noMoreThan what the next relay finds in it, 1..255; 0 adds nothing
 */
export function hopsOption(noMoreThan: number): string {
	if (noMoreThan === 0) return "";
	return `<option internal="dataHopping" targetHop="all" transID="1"><dataHopping noMoreThan="${noMoreThan}" /></option>`;
}

function hoppingOf(option: Element): Element {
	return contentOfOption(option, dtds.party, "dataHopping");
}

function hopsOf(hopping: Element): number {
	return Number(attribute(hopping, "noMoreThan"));
}

function counted({ name, attributes }: Element, noMoreThan: number): string {
	return write({ name, attributes: { ...attributes, noMoreThan } });
}
