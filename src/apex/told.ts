/** The `data` of services: what it consists of, and where it goes. RFC 3340 §4.4.4. */
import { createHash } from "node:crypto";
import type { Payload } from "../beep/index.js";
import { BEEP_XML, beepXml, writeRelated } from "../mime/index.js";
import { domainOf, type Endpoint, isService } from "../names/index.js";
import { escapeAttribute } from "../xml/index.js";
import type { Place } from "./directory.js";
import { hopsOption } from "./options/data-hopping.js";
import type { PartBeside } from "./service.js";
import { type RelayState, relayOf } from "./state.js";

/**
 * The message up to its content. It is joined from prepared pieces, and not built.
 *
 * @param perData options, already serialised; by default those that our administration adds
 */
export function beforeContent(
	relay: RelayState,
	from: Endpoint,
	to: Endpoint,
	perData: string = addedOptions(relay, to),
): string {
	const originator = `<originator identity="${escapeAttribute(from)}" />`;
	const recipient = `<recipient identity="${escapeAttribute(to)}" />`;
	const inside = `${originator}${recipient}${perData}`;
	return beepXml(
		`<data content="#Content">${inside}<data-content Name="Content">`,
	);
}

export const afterContent = "</data-content></data>";

/** RFC 3340 §4.1: what the content refers to by its `cid:` goes with it. */
export function withPart(
	data: string,
	beside: PartBeside | undefined,
): Payload {
	if (beside === undefined) return data;
	const xml = data.slice(beepXml("").length);
	const root = { contentId: `data.${beside.contentId}`, contentType: BEEP_XML };
	// nobody can have put into the part what is made from all of it
	const boundary = createHash("sha256").update(beside.body).digest("hex");
	return writeRelated(boundary, { ...root, body: xml }, beside);
}

/** RFC 3340 §4.4.4.1 step 5, where the originator is a service of this relay. */
export function locate(
	relay: RelayState,
	from: Endpoint,
	to: Endpoint,
): Place | undefined | Promise<Place | undefined> {
	const { isOurs, decide, directory } = relay;
	const domain = domainOf(to);
	if (!isOurs(domain)) return relayOf(relay, domain);
	// services do not talk to each other
	if (isService(to) || !decide(to, from, "core:data")) return undefined;
	return directory.locate(to);
}

/** RFC 3340 §4.4.4.1: the options that an administration adds. */
function addedOptions({ isOurs, limits }: RelayState, to: Endpoint): string {
	return isOurs(domainOf(to)) ? "" : hopsOption(limits.hops);
}
