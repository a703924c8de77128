/** Stanzas as values, in and out, and what every one that is sent must be. */

/** An element: a stanza, or one inside it. */
export interface Stanza {
	readonly name: string;
	readonly attrs: Readonly<Record<string, string | undefined>>;
	readonly children: readonly (Stanza | string)[];
}

/** RFC 6120 §8.3.3: the conditions that are sent here, and their types. */
const ERRORS = {
	"bad-request": "modify",
	conflict: "cancel",
	"feature-not-implemented": "cancel",
	forbidden: "auth",
	"item-not-found": "cancel",
	"policy-violation": "modify",
	"remote-server-timeout": "wait",
	"resource-constraint": "wait",
	"service-unavailable": "cancel",
} as const;

export type Condition = keyof typeof ERRORS;

const STANZAS = "urn:ietf:params:xml:ns:xmpp-stanzas";

export function element(
	name: string,
	attrs: Stanza["attrs"] = {},
	...children: (Stanza | string)[]
): Stanza {
	return { name, attrs, children };
}

/**
 * The error that answers a stanza; none where it is an error itself (RFC 6120 §8.3.1) or has
 * nobody to go back to.
 */
export function errorFor(
	stanza: Stanza,
	condition: Condition,
): Stanza | undefined {
	const { from, to, id, type } = stanza.attrs;
	if (type === "error" || from === undefined || to === undefined) return;
	return element(
		stanza.name,
		{ from: to, to: from, type: "error", ...(id === undefined ? {} : { id }) },
		element(
			"error",
			{ type: ERRORS[condition] },
			element(condition, { xmlns: STANZAS }),
		),
	);
}

/** The children of this name that belong to the stanza itself, not to an extension. */
export function childrenOf(stanza: Stanza, name: string): Stanza[] {
	return stanza.children.filter(
		(child): child is Stanza =>
			typeof child === "object" &&
			child.name === name &&
			(child.attrs.xmlns === undefined || STREAMS.has(child.attrs.xmlns)),
	);
}

const STREAMS = new Set([
	"jabber:component:accept",
	"jabber:client",
	"jabber:server",
]);

/** What an element says, without what its children do. */
export function textOf({ children }: Stanza): string {
	return children.filter((child) => typeof child === "string").join("");
}

// XML 1.0 §2.2; a server ends the stream of a component that sends anything else
const NO_CHARACTERS =
	/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;

/** The longest text of a status, either way, in characters. */
const MAX_TEXT = 1024;

/** What people wrote, as a stanza can carry it. */
export function carried(text: string): string {
	const start = Array.from(text.slice(0, 2 * MAX_TEXT)).slice(0, MAX_TEXT);
	return start.join("").replace(NO_CHARACTERS, "\ufffd");
}
