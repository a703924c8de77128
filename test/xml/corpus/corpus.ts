import { Buffer } from "node:buffer";
import type { Dtd } from "../../../src/xml/index.js";
import { Dice } from "./dice.js";
import { mutateText, mutateTree } from "./mutations.js";
import { all, grow, type Tree, written } from "./tree.js";

export interface Case {
	readonly kind:
		| "valid"
		| "values"
		| "structure"
		| "text"
		| "any"
		| "waived"
		| "caps";
	readonly octets: Buffer;
	/**
	 * What libxml2 judges for validity in its place: the same without what is inside elements
	 * of content ANY, or with the transID that RFC 3340 §5.1 and RFC 3342 §3 leave out.
	 */
	readonly standIn?: Buffer;
}

const KINDS: readonly Case["kind"][] = [
	...Array<"valid">(30).fill("valid"),
	...Array<"values">(8).fill("values"),
	...Array<"structure">(30).fill("structure"),
	...Array<"text">(28).fill("text"),
	...Array<"any">(3).fill("any"),
	"waived",
	"caps",
];

/** Generates documents whose roots are all the elements of a DTD in turn. */
export function* corpus(dtd: Dtd, size: number, seed: number): Generator<Case> {
	const dice = new Dice(seed);
	for (let i = 0; i < size; i += 1) {
		const root = dtd.names[i % dtd.names.length] ?? "";
		const kind = dice.pick(KINDS);
		const tree = grow(dtd, root, dice, kind === "values");
		yield make(kind, tree, dtd, dice);
	}
}

function make(kind: Case["kind"], tree: Tree, dtd: Dtd, dice: Dice): Case {
	switch (kind) {
		case "structure":
			mutateTree(tree, dtd.names, dice);
			break;
		case "text":
			return { kind, octets: mutateText(written(tree, dice), dice) };
		case "any":
			return withInside(tree, dtd, dice);
		case "caps":
			return nearCap(tree, dice);
		case "waived":
			return withoutTransID(tree, dice);
	}
	return { kind, octets: Buffer.from(written(tree, dice)) };
}

const INSIDE = [
	"text",
	"<x/>",
	"<ok>not empty</ok>",
	"<subscribe transID='x' unknown=''/>",
	"<x hasOwnProperty='' __proto__='' constructor=''><toString/></x>",
	"<a><b><![CDATA[<c>]]></b> <!-- c --><b></b></a>",
	"<?p i??>",
	"&lt;&#13;",
	"<x></y>",
	"<x a='' a=''/>",
	"<x>",
	"&nbsp;",
];

/** Fills the elements of content ANY with what no DTD declares, and perhaps is no XML. */
function withInside(tree: Tree, dtd: Dtd, dice: Dice): Case {
	const standIn = Buffer.from(written(tree, dice));
	for (const element of all(tree)) {
		if (element.content !== "ANY") continue;
		while (!dice.once(3)) element.children.push(dice.pick(INSIDE));
		if (dice.once(2))
			element.children.push(grow(dtd, dice.pick(dtd.names), dice, true));
	}
	return { kind: "any", octets: Buffer.from(written(tree, dice)), standIn };
}

function withoutTransID(tree: Tree, dice: Dice): Case {
	const replies = all(tree).filter(({ name }) => name === "destination");
	const relaxed = replies.flatMap(({ children }) =>
		children.filter((child) => typeof child !== "string"),
	);
	for (const option of all(tree)) {
		if (option === tree || option.name !== "option") continue;
		relaxed.push(option);
		option.attributes = option.attributes.filter(
			([name]) => name !== "internal",
		);
		option.attributes.push(["internal", "hold4Endpoint"]);
	}
	const standIn = Buffer.from(written(tree, dice));
	for (const element of relaxed) {
		element.attributes = element.attributes.filter(
			([name]) => name !== "transID",
		);
	}
	return { kind: "waived", octets: Buffer.from(written(tree, dice)), standIn };
}

/** A document that is at a cap, or a little under or over it. */
function nearCap(tree: Tree, dice: Dice): Case {
	const more = dice.int(5) - 2;
	const container = all(tree).find(({ content }) => content === "ANY");
	if (container === undefined) {
		const text = written(tree, dice);
		const padding = 65536 - Buffer.byteLength(text) - "<!---->".length + more;
		return {
			kind: "caps",
			octets: Buffer.from(`${text}<!--${"x".repeat(padding)}-->`),
		};
	}
	const standIn = Buffer.from(written(tree, dice));
	const attributes = Array.from({ length: 32 + more }, (_, i) => ` a${i}=''`);
	container.children.push(
		dice.pick([
			`<x${attributes.join("")}/>`,
			"<x>".repeat(30 + more) + "</x>".repeat(30 + more),
			"<x/>".repeat(1998 + more),
		]),
	);
	return { kind: "caps", octets: Buffer.from(written(tree, dice)), standIn };
}
