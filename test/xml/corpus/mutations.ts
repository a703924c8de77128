import { Buffer } from "node:buffer";
import type { Dice } from "./dice.js";
import { all, type Tree } from "./tree.js";

const INTRUDERS = [
	"text",
	" ",
	"<x/>",
	"<ok/>",
	"<ok></ok>",
	"<!-- c -->",
	"<!---->",
	"<?p i?>",
	"<![CDATA[]]>",
	"<![CDATA[ ]]>",
	"&#32;",
	"&#x9;",
];

/** Changes one thing about the structure or the attributes: often the tree is invalid then. */
export function mutateTree(
	tree: Tree,
	names: readonly string[],
	dice: Dice,
): void {
	const element = dice.pick(all(tree));
	const { attributes, children } = element;
	const child = dice.int(children.length + 1);
	const attribute = attributes[dice.int(attributes.length + 1)];
	switch (dice.int(13)) {
		case 0:
			children.splice(child, 1);
			break;
		case 1:
			children.splice(child, 0, ...children.slice(child, child + 1));
			break;
		case 2:
			children.reverse();
			break;
		case 3:
			element.name = dice.pick([...names, "x", "OK", "xml:x"]);
			break;
		case 4:
		case 5:
			if (element.content !== "ANY")
				children.splice(child, 0, dice.pick(INTRUDERS));
			break;
		case 6:
			if (attribute) attributes.splice(attributes.indexOf(attribute), 1);
			break;
		case 7:
			attributes.push([
				dice.pick([
					"x",
					"xml:lang",
					"xml:space",
					"transID",
					"code",
					"xmlns",
					"a:b",
				]),
				dice.pick(["en", "1", "preserve"]),
			]);
			break;
		case 8:
			if (attribute) attributes.push(attribute);
			break;
		case 9:
			if (attribute)
				attribute[1] = dice.pick(["", "x", "a b", "😀", "1", "none"]);
			break;
		case 10:
			if (attribute) attribute[1] = ` ${attribute[1]}  `;
			break;
		case 11:
			if (attribute) attribute[1] = `\t${attribute[1]}`;
			break;
		default:
			attributes.reverse();
	}
}

const FRAGMENTS = [
	..."<>&;\"'=/!?-[]: x\t\0\u0008\u007f\u00b7\u0300\ufeff\uffff\u2028",
	"&amp;",
	"&nbsp;",
	"&amp",
	"&AMP;",
	"&#0;",
	"&#x41;",
	"&#X41;",
	"&#xD800;",
	"&#x110000;",
	"&#xFFFF;",
	"&#99999999999999999999;",
	"&#0065;",
	"&#;",
	"]]>",
	"--",
	"<!-- c -->",
	"<!-- c -- c -->",
	"<!-- c --->",
	"<!---->",
	"<!--->",
	"<![CDATA[x]]>",
	"<![cdata[x]]>",
	"<!ELEMENT x ANY>",
	"<?p?>",
	"<?p i??>",
	"<? p?>",
	"<?xml version='1.0'?>",
	"<?XML x?>",
	"<?xmlx?>",
	"<!DOCTYPE ok>",
	"<ok/>",
	"</ok>",
	"< ok/>",
	"</ ok>",
	"<ok / >",
	"<1/>",
	"<é·/>",
	"<𐀀/>",
	" a=b",
	" a='b'",
	" a",
	" a='<'",
	"\r\n",
	"😀",
	"𐀀",
];

/** Changes the text somewhere: mostly it is not well-formed then. */
export function mutateText(text: string, dice: Dice): Buffer {
	const at = dice.int(text.length + 1);
	const [head, tail] = [text.slice(0, at), text.slice(at)];
	const fragment = dice.pick(FRAGMENTS);
	switch (dice.int(10)) {
		case 0:
			return Buffer.from(head + tail.slice(1 + dice.int(3)));
		case 1:
			return Buffer.from(head);
		case 2:
			return Buffer.from(fragment + text);
		case 3:
			return Buffer.from(text + fragment);
		case 4:
			return Buffer.from(head + tail.slice(0, 1 + dice.int(30)) + tail);
		case 5:
			return Buffer.concat([
				Buffer.from(head),
				Buffer.from(
					dice.pick([
						[0xc0, 0x80],
						[0xff],
						[0xed, 0xa0, 0x80],
						[0xe9],
						[0xf4, 0x90, 0x80, 0x80],
					]),
				),
				Buffer.from(tail),
			]);
		case 6:
			return Buffer.from(head + fragment + tail.slice(fragment.length));
		default:
			return Buffer.from(head + fragment + tail);
	}
}
