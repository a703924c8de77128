import type { Dtd } from "../../../src/xml/index.js";
import type { Dice } from "./dice.js";
import { PLAIN, VALUES } from "./values.js";

/** An element to be written in one of many ways; a string is markup as it stands. */
export interface Tree {
	name: string;
	attributes: [name: string, value: string][];
	children: (Tree | string)[];
	readonly content: "EMPTY" | "ANY" | "mixed" | "children";
}

const TEXTS = [
	"text",
	" ",
	"&lt;&amp;&gt;&apos;&quot;",
	"&#x1F600;&#65;&#10;",
	"<![CDATA[<x>&]]]>",
	"<![CDATA[]]>",
	"😀",
	"a\r\nb\rc",
	"]] >",
	"<!-- c -->",
	"<!---->",
	"<?p i?>",
	"<?p i??>",
];
const BETWEEN = [" ", "\r\n\t", "<!-- c -->", "<?p i?>", "<?p?>", "\n"];

/** A valid tree, except perhaps for attribute values that are not of their named type. */
export function grow(
	dtd: Dtd,
	name: string,
	dice: Dice,
	badValues = false,
): Tree {
	const declaration = dtd.element(name);
	if (declaration === undefined) throw new Error(`${name} is not declared`);
	const { content } = declaration;
	const tree: Tree = {
		name,
		attributes: [],
		children: [],
		content: content.kind,
	};
	for (const attribute of declaration.attributes.values()) {
		if (!attribute.required && dice.once(2)) continue;
		tree.attributes.push([attribute.name, value(attribute, dice, badValues)]);
	}
	if (content.kind === "mixed") {
		while (dice.once(2)) tree.children.push(dice.pick(TEXTS));
	}
	if (content.kind === "children") {
		let state = content.start;
		while (state.next.size > 0 && !(state.final && dice.once(2))) {
			const [childName, next] = dice.pick([...state.next]);
			if (dice.once(4)) tree.children.push(dice.pick(BETWEEN));
			tree.children.push(grow(dtd, childName, dice, badValues));
			state = next;
		}
		if (dice.once(4)) tree.children.push(dice.pick(BETWEEN));
	}
	return tree;
}

function value(
	{
		type,
		entity,
	}: { type: string | readonly string[]; entity: string | undefined },
	dice: Dice,
	badValues: boolean,
): string {
	const known = VALUES[entity ?? ""];
	if (known !== undefined) {
		const bad = badValues && known.bad.length > 0 && dice.once(3);
		return dice.pick(bad ? known.bad : known.good);
	}
	if (typeof type !== "string") return dice.pick(type);
	return dice.pick(PLAIN[type] ?? []);
}

/** Writes a tree, with white space, quotation marks and empty tags as they fall. */
export function written(tree: Tree, dice: Dice): string {
	const space = () => (dice.once(5) ? dice.pick(["\n", " \t", "\r\n  "]) : " ");
	const maybe = () => (dice.once(8) ? space() : "");
	let text = `<${tree.name}`;
	for (const [name, raw] of tree.attributes) {
		const quote = dice.pick(['"', "'"]);
		const escaped = raw.replace(/[<&]/g, (c) => (c === "<" ? "&lt;" : "&amp;"));
		text += `${space()}${name}${maybe()}=${maybe()}${quote}${escaped.replaceAll(quote, "&#34;")}${quote}`;
	}
	if (tree.children.length === 0 && !dice.once(3)) return `${text}${maybe()}/>`;
	const children = tree.children.map((child) =>
		typeof child === "string" ? child : written(child, dice),
	);
	return `${text}${maybe()}>${children.join("")}</${tree.name}${maybe()}>`;
}

/** All elements of a tree. */
export function all(tree: Tree): Tree[] {
	const below = tree.children.flatMap((child) =>
		typeof child === "string" ? [] : all(child),
	);
	return [tree, ...below];
}
