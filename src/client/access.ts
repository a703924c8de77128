/** Operations of the access service, RFC 3341 §4. */
import { domainOf, type Endpoint, wellKnown } from "../names/index.js";
import {
	type Element,
	elementsOf,
	type NewElement,
	XmlError,
} from "../xml/index.js";
import type { Attachment } from "./attachment.js";
import { errorOf, type OperationReply } from "./heard.js";
import { toEndpoint } from "./messages.js";

/** An access entry, RFC 3341 §3. */
export interface AccessEntry {
	readonly owner: string;
	/** With its wildcards and escapes. */
	readonly actor: string;
	/** `service:operation` tokens; none, where the entry is to be deleted. */
	readonly actions: readonly string[];
	/** A timestamp. */
	readonly lastUpdate: string;
}

/** An entry to be set. `lastUpdate` is that of the entry it replaces or deletes; absent, to create one. */
export type NewAccessEntry = Omit<AccessEntry, "lastUpdate"> & {
	readonly lastUpdate?: string | undefined;
};

interface Signal {
	readonly signal?: AbortSignal;
}

/** Whether an actor may do all of some actions to an owner. RFC 3341 §4.2. @throws ApexError */
export async function queryAccess(
	attachment: Attachment,
	{ owner, actor, actions }: Omit<AccessEntry, "lastUpdate">,
	options: Signal = {},
): Promise<boolean> {
	const { element } = await ask(
		attachment,
		owner,
		{ name: "query", attributes: { owner, actor, actions: actions.join(" ") } },
		options,
	);
	return element.name === "allow";
}

/**
 * The entry that was set for an owner and an actor. RFC 3341 §4.3.
 *
 * @throws ApexError 551 where there is none
 */
export async function getAccess(
	attachment: Attachment,
	{ owner, actor }: Pick<AccessEntry, "owner" | "actor">,
	options: Signal = {},
): Promise<AccessEntry> {
	const { element } = await ask(
		attachment,
		owner,
		{ name: "get", attributes: { owner, actor } },
		options,
	);
	return entryOf(element);
}

/**
 * Creates, replaces or deletes an entry. RFC 3341 §4.4.
 *
 * @throws ApexError 555 where `lastUpdate` is not that of the stored entry
 */
export async function setAccess(
	attachment: Attachment,
	{ owner, actor, actions, lastUpdate }: NewAccessEntry,
	options: Signal = {},
): Promise<void> {
	const access: NewElement = {
		name: "access",
		attributes: {
			owner,
			actor,
			actions: actions.length > 0 ? actions.join(" ") : undefined,
			lastUpdate,
		},
	};
	await ask(attachment, owner, { name: "set", children: [access] }, options);
}

async function ask(
	attachment: Attachment,
	owner: string,
	element: NewElement,
	{ signal }: Signal,
): Promise<OperationReply> {
	const reply = await attachment.operation(element, {
		service: accessService(toEndpoint(owner)),
		...(signal === undefined ? {} : { signal }),
	});
	if (reply.code !== 250) throw errorOf(reply);
	return reply;
}

function entryOf(element: Element): AccessEntry {
	const [access] = elementsOf(element);
	const { owner, actor, actions, lastUpdate } = access?.attributes ?? {};
	if (!owner || !actor || !lastUpdate) {
		throw new XmlError(501, `${element.name} is no access entry`);
	}
	return { owner, actor, actions: actions?.split(" ") ?? [], lastUpdate };
}

/** RFC 3341 §5: the service of the administrative domain of the owner. */
function accessService(owner: Endpoint): Endpoint {
	return wellKnown("apex=access", domainOf(owner));
}
