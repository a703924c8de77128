import type { Attachment } from "../../src/client/index.js";
import { type Element, elementsOf } from "../../src/xml/index.js";
import { FRED } from "../server/secured.js";
import type { Actor } from "./actor.js";

/** Whom an operation has to do with. */
export interface Scene {
	readonly actor: Actor;
	/** Attached as fred@example.com over a session of his own, unless he is the actor. */
	readonly fred: Actor;
	/** Attached as fred/owner@example.com. */
	readonly owner: Attachment;
	/** A transaction-identifier that nothing else has. */
	next(): number;
}

/** A row of the matrix. */
export interface Operation {
	/** Who is attached or bound before: nobody, fred, or fred and the actor. */
	readonly needs: "nobody" | "fred" | "both";
	/** What an entry of fred's has to permit. */
	readonly action?: string;
	perform(scene: Scene): Promise<string>;
}

export const PRESENCE = "apex=presence@example.com";
export const ACCESS = "apex=access@example.com";

/** An endpoint of the domain that has no account. */
export const DINO = "dino@example.com";

export function entering(xml: string): Operation {
	return { needs: "nobody", perform: ({ actor }) => actor.ask(xml) };
}

/** To the report service, which takes everything and answers nothing. */
export function originating(originator?: string): Operation {
	return {
		needs: "both",
		perform: ({ actor }) =>
			actor.ask(
				data(
					originator ?? actor.originator,
					"apex=report@example.com",
					"<note />",
				),
			),
	};
}

export function reported(recipient: string, action?: string): Operation {
	return {
		needs: "both",
		...(action && { action }),
		async perform({ actor, next }) {
			const transID = next();
			const option = `<option internal='statusRequest' targetHop='final' mustUnderstand='true' transID='${transID}' />`;
			const answer = await actor.ask(
				data(actor.originator, recipient, "<note />", option),
			);
			if (answer !== "ok") return answer;
			return outcomeOf(
				await actor.hear((content) => transIDOf(content) === transID),
			);
		},
	};
}

/** What fred gets before what he is sent later. */
export async function delivery({
	actor,
	fred,
	owner,
	next,
}: Scene): Promise<string> {
	const [sent, later] = [next(), next()];
	const note = (transID: number) => `<note transID='${transID}' />`;
	const answer = await actor.ask(data(actor.originator, FRED, note(sent)));
	if (answer !== "ok") return answer;
	await owner.data(FRED, note(later));
	const heard = await fred.hear((content) =>
		[sent, later].includes(transIDOf(content)),
	);
	return transIDOf(heard) === sent ? "delivered" : "dropped";
}

export function asking(
	service: string,
	question: (transID: number) => string,
	action: string,
): Operation {
	return {
		needs: "both",
		action,
		perform: (scene) => answered(scene, service, question),
	};
}

/**
 * What a service answers. It answers in the order of the questions: where it is silent, the
 * answer to a later one comes first.
 */
export async function answered(
	{ actor, next }: Scene,
	service: string,
	question: (transID: number) => string,
	transID = next(),
): Promise<string> {
	const answer = await actor.ask(
		data(actor.originator, service, question(transID)),
	);
	if (answer !== "ok") return answer;
	const later = next();
	const unknown =
		service === PRESENCE
			? `<terminate transID='${later}' />`
			: `<query owner='${DINO}' actor='${DINO}' actions='core:data' transID='${later}' />`;
	await actor.ask(data(actor.reader, service, unknown));
	const heard = await actor.hear((content) =>
		[transID, later].includes(transIDOf(content)),
	);
	return transIDOf(heard) === transID ? outcomeOf(heard) : "silence";
}

export function data(
	originator: string,
	recipient: string,
	content: string,
	option = "",
): string {
	return (
		`<data content='#Content'><originator identity='${originator}' />` +
		`<recipient identity='${recipient}' />${option}` +
		`<data-content Name='Content'>${content}</data-content></data>`
	);
}

export function transIDOf({ attributes }: Element): number {
	return Number(attributes.transID);
}

/** As the matrix says it: the name of the element, and its code where it has one. */
function outcomeOf(content: Element): string {
	if (content.name === "statusResponse") {
		const [destination] = elementsOf(content);
		const [status] = destination ? elementsOf(destination) : [];
		return `report ${status?.attributes.code}`;
	}
	const { code } = content.attributes;
	return code === undefined ? content.name : `${content.name} ${code}`;
}
