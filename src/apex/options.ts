/** Options, RFC 3340 §5. */
import { type Reply, reply } from "../names/index.js";
import { attribute, type Element, XmlError } from "../xml/index.js";
import type { Option } from "./option.js";
import { OPTIONS } from "./options/index.js";

type TargetHop = "this" | "final" | "all";

// RFC 3340 §5: a URI, with or without a fragment-identifier, and not a relative one.
const ABSOLUTE_URI = /^[A-Za-z][A-Za-z0-9+.-]*:/;

// RFC 3342 §3, whose examples have no transID
const WITHOUT_TRANS_ID = "hold4Endpoint";

const NO_OPTIONS: readonly Element[] = [];
const NONE_APPLIED: readonly AppliedOption[] = [];

/** The options directly inside an element. */
function optionsOf({ children }: Element): readonly Element[] {
	// mostly there are none
	let options: Element[] | undefined;
	for (const child of children) {
		if (typeof child !== "string" && child.name === "option") {
			options ??= [];
			options.push(child);
		}
	}
	return options ?? NO_OPTIONS;
}

function targetHopOf(option: Element): TargetHop {
	return attribute(option, "targetHop") as TargetHop;
}

/** The options directly inside an element that go no further than this relay. */
export function optionsForThisRelay(element: Element): Element[] {
	return optionsOf(element).filter((option) => targetHopOf(option) === "this");
}

/**
 * Checks what the DTD cannot say of the options inside a message.
 *
 * @throws XmlError 501 unless each has exactly one of `internal` and `external`, and a transID,
 *   and no element has more of them than may be
 */
export function checkOptions(element: Element, most: number): void {
	if (optionsOf(element).length > most) {
		throw new XmlError(
			501,
			`options: more than ${most} in one ${element.name}`,
		);
	}
	for (const child of element.children) {
		if (typeof child === "string") continue;
		if (child.name === "option") checkOption(child);
		else if (child.name !== "data-content") checkOptions(child, most);
	}
}

function checkOption(option: Element): void {
	const name = nameOf(option);
	if (name !== WITHOUT_TRANS_ID) attribute(option, "transID");
}

/** Whether a URI, with or without a fragment-identifier, is an absolute one. */
export function isAbsoluteUri(uri: string): boolean {
	return ABSOLUTE_URI.test(uri);
}

/**
 * Processes the options directly inside an element as far as they can fail: those that have
 * to be understood are, and those that are understood contain what they should.
 *
 * @param isFinal whether this relay hands the element to the recipient itself, or is all there is
 * @returns why the containing element cannot be processed, if so
 */
export function processOptions(
	containing: Element,
	isFinal: boolean,
): Reply | undefined {
	for (const element of optionsOf(containing)) {
		if (!applies(element, isFinal)) continue;
		const option = recognize(containing, element);
		if (option !== undefined) {
			const problem = problemOf(option, element);
			if (problem !== undefined) return problem;
		} else if (attribute(element, "mustUnderstand") === "true") {
			return reply(504, `the option ${nameOf(element)} is not understood`);
		}
	}
	return undefined;
}

/** An option of ours, and the element that asks for it. */
export interface AppliedOption {
	readonly option: Option;
	readonly element: Element;
}

/** The options directly inside an element that apply to this relay and can be processed. */
export function appliedOptions(
	containing: Element,
	isFinal: boolean,
): readonly AppliedOption[] {
	const options = optionsOf(containing);
	if (options.length === 0) return NONE_APPLIED;
	return options.flatMap((element) => {
		const option = recognize(containing, element);
		return option !== undefined &&
			applies(element, isFinal) &&
			problemOf(option, element) === undefined
			? { option, element }
			: [];
	});
}

/** RFC 3340 §5, where a relay is either the final one or not. */
function applies(option: Element, isFinal: boolean): boolean {
	return isFinal || targetHopOf(option) !== "final";
}

function recognize(containing: Element, element: Element): Option | undefined {
	const internal = attribute(element, "internal");
	return OPTIONS.find(
		({ name, presentIn }) =>
			name === internal && presentIn.some((where) => where === containing.name),
	);
}

function problemOf(option: Option, element: Element): Reply | undefined {
	try {
		option.check?.(element);
		return undefined;
	} catch (error) {
		if (!(error instanceof XmlError)) throw error;
		return { code: error.code, text: error.message };
	}
}

/**
 * The language for a textual diagnostic, RFC 3340 §5: ours are in English.
 *
 * @returns the first language tag of the option's `localize` that is met, or "i-default"
 */
export function languageFor(option: Element): string {
	const wanted = attribute(option, "localize").split(/\s+/);
	return wanted.find((tag) => /^en(?:-|$)/i.test(tag)) ?? "i-default";
}

function nameOf(option: Element): string {
	const internal = attribute(option, "internal");
	const external = attribute(option, "external");
	if ((internal === "") === (external === "")) {
		throw new XmlError(501, "an option needs either internal or external");
	}
	if (external !== "" && !isAbsoluteUri(external)) {
		throw new XmlError(501, `${external} is no absolute URI`);
	}
	return internal || external;
}
