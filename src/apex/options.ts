/** Options, RFC 3340 §5. */
import { type Reply, reply } from "../names/index.js";
import { type Element, elementsOf, XmlError } from "../xml/index.js";
import { attribute } from "./attributes.js";

type TargetHop = "this" | "final" | "all";

// RFC 3340 §5: a URI, with or without a fragment-identifier, and not a relative one.
const ABSOLUTE_URI = /^[A-Za-z][A-Za-z0-9+.-]*:/;

// RFC 3342 §3, whose examples have no transID
const WITHOUT_TRANS_ID = "hold4Endpoint";

/** The options directly inside an element. */
function optionsOf(element: Element): Element[] {
	return elementsOf(element).filter(({ name }) => name === "option");
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
 * @throws XmlError 501 unless each has exactly one of `internal` and `external`, and a transID
 */
export function checkOptions(element: Element): void {
	for (const child of elementsOf(element)) {
		if (child.name === "option") checkOption(child);
		else if (child.name !== "data-content") checkOptions(child);
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
 * Processes the options directly inside an element. No option is implemented by this relay,
 * so each is either ignored or, where it must be understood, an error.
 *
 * @param isFinal whether this relay hands the element to the recipient itself, or is all there is
 * @returns why the containing element cannot be processed, if so
 */
export function processOptions(
	containing: Element,
	isFinal: boolean,
): Reply | undefined {
	const demanded = optionsOf(containing).find(
		(option) =>
			(isFinal || targetHopOf(option) !== "final") &&
			attribute(option, "mustUnderstand") === "true",
	);
	if (demanded === undefined) return undefined;
	return reply(504, `the option ${nameOf(demanded)} is not understood`);
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
