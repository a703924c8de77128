import { type Actor, parseActor } from "../../access/index.js";
import { attribute, type Element, XmlError } from "../../xml/index.js";

/** The attribute of type ACTOR, which may hold wildcards. @throws XmlError 501 */
export function actorOf(element: Element): Actor {
	const actor = parseActor(attribute(element, "actor"));
	if (actor === undefined) {
		throw new XmlError(501, `actor of ${element.name} is no actor`);
	}
	return actor;
}

/** The attribute of type ACTIONS: one token or more, or none where it is absent. */
export function actionsOf(element: Element): readonly string[] {
	return element.attributes.actions?.split(" ") ?? [];
}
