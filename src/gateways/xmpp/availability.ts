/** What is known of one resource, which is what a stanza and a tuple both say. */
import type { Note } from "./pidf.js";
import { contactPriority, resourcePriority } from "./priority.js";
import { parseShow, type Show } from "./show.js";
import { carried, childrenOf, element, type Stanza, textOf } from "./stanza.js";

export interface Availability {
	/** '' is the contact itself. */
	readonly resource: string;
	readonly available: boolean;
	readonly show?: Show | undefined;
	readonly notes: readonly Note[];
	/** As PIDF has it: 0 to 1. */
	readonly priority?: string | undefined;
}

/** The most languages of a status. */
const MAX_NOTES = 8;

export function unavailable(resource: string): Availability {
	return { resource, available: false, notes: [] };
}

/** RFC 3922 §5.1.4 to §5.1.7. Extensions are not passed on (§5.1.8). */
export function readAvailability(
	stanza: Stanza,
	resource: string,
): Availability {
	const [show] = childrenOf(stanza, "show");
	const [priority] = childrenOf(stanza, "priority");
	return {
		resource,
		available: stanza.attrs.type === undefined,
		show: show && parseShow(textOf(show).trim()),
		notes: distinctNotes(
			childrenOf(stanza, "status").map((status) => ({
				text: textOf(status),
				language: status.attrs["xml:lang"] ?? stanza.attrs["xml:lang"],
			})),
		),
		priority: priority && contactPriority(textOf(priority)),
	};
}

/** RFC 3922 §5.2.9 to §5.2.13. */
export function presenceOf(
	{ resource, available, show, notes, priority }: Availability,
	{ from, to }: { readonly from: string; readonly to: string },
): Stanza {
	const number =
		priority === undefined ? undefined : resourcePriority(priority);
	const attrs = { from: resource === "" ? from : `${from}/${resource}`, to };
	const status = distinctNotes(notes).map(({ text, language }) =>
		element(
			"status",
			language === undefined ? {} : { "xml:lang": language },
			text,
		),
	);
	// RFC 6121 §4.7.2: neither means anything of who is not there
	if (!available) {
		return element("presence", { ...attrs, type: "unavailable" }, ...status);
	}
	return element(
		"presence",
		attrs,
		...(show === undefined ? [] : [element("show", {}, show)]),
		...status,
		...(number === undefined ? [] : [element("priority", {}, String(number))]),
	);
}

/** RFC 6121 §4.7.2.2: of each language one. */
function distinctNotes(notes: readonly Note[]): Note[] {
	const byLanguage = new Map<string | undefined, Note>();
	for (const { text, language } of notes) {
		const tag = language?.toLowerCase();
		const valid = tag === undefined || /^[a-z0-9-]{1,35}$/.test(tag);
		if (!valid || byLanguage.has(tag) || text === "") continue;
		if (byLanguage.size === MAX_NOTES) break;
		byLanguage.set(tag, {
			text: carried(text),
			...(language === undefined ? {} : { language }),
		});
	}
	return [...byLanguage.values()];
}
