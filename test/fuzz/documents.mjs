// Mutated documents for the reader of XML, against every DTD: each is read, or refused with an
// XmlError.
import { documents as corpus } from "./corpus-documents.mjs";
import { Dice } from "./dice.mjs";
import { growth, heapInUse, megabytes } from "./memory.mjs";
import { mutateXml } from "./mutate-xml.mjs";
import { Progress } from "./progress.mjs";
import { Tally } from "./tally.mjs";

/** Samples of the heap in a run. */
const SAMPLES = 50;
/** Octets: what the heap may have grown by from the second fifth of the samples to the last. */
const MARGIN = 4 * 2 ** 20;
/** No document takes so long, in milliseconds, unless something is stuck. */
const STALLED = 2000;

/**
 * @param {Record<string, any>} library
 * @param {{documents: number, seed: number}} options
 * @param {Violations} violations
 */
export function fuzzDocuments(library, { documents, seed }, violations) {
	const { dtds, read, readAny } = library;
	const readers = [
		["no DTD", (octets) => readAny(octets)],
		...Object.entries(dtds).map(([name, dtd]) => [
			name,
			(octets) => read(octets, dtd),
		]),
	];
	const tally = new Tally();
	const progress = new Progress("documents");
	const heaps = [];
	const period = Math.ceil(documents / SAMPLES);
	for (let number = 0; number < documents && !violations.enough; number += 1) {
		const dice = Dice.of(seed, number);
		const octets = Buffer.from(
			mutateXml(dice.pick(corpus), dice, corpus),
			"latin1",
		);
		const document = dice.once(10) ? octets.toString() : octets;
		const began = performance.now();
		for (const [name, reader] of readers) {
			const problem = attempt(reader, document, library, (outcome) =>
				tally.add(`${outcome} (${name})`),
			);
			if (problem === undefined) continue;
			violations.add(`${name}: ${problem}`, {
				number,
				base64: octets.toString("base64"),
			});
		}
		if (performance.now() - began > STALLED) {
			violations.add("a document took too long", {
				number,
				base64: octets.toString("base64"),
			});
		}
		if (number % period === 0) heaps.push(heapInUse());
		progress.at(number);
	}
	const grown = growth(heaps);
	if (grown > MARGIN) {
		violations.add(
			`reading documents, the heap has grown by ${megabytes(grown)}`,
		);
	}
	console.log(
		[
			`documents: ${documents}, each against ${readers.length - 1} DTDs and none, ${progress.seconds.toFixed(1)} s`,
			`heap: ${megabytes(heaps.at(-1) ?? 0)} finally, ${megabytes(Math.max(...heaps))} at most, grown by ${megabytes(grown)} (margin ${megabytes(MARGIN)}); peak rss ${megabytes(progress.peak)}`,
			`outcomes:\n${tally}`,
		].join("\n"),
	);
}

/** @returns what is wrong with how a document was read, or refused */
function attempt(reader, document, { XmlError }, outcome) {
	try {
		const { root, text } = reader(document);
		outcome("read");
		return misplaced(root, text);
	} catch (error) {
		if (!(error instanceof XmlError)) return error?.stack ?? String(error);
		outcome(`refused with ${error.code}`);
		return [500, 501, 504].includes(error.code) ? undefined : error.stack;
	}
}

/** @returns what is wrong with where elements are said to be */
function misplaced(root, text) {
	const waiting = [root];
	for (const element of waiting) {
		const { name, start, end, children } = element;
		const there = text.slice(start, end);
		if (!there.startsWith(`<${name}`) || !there.endsWith(">")) {
			return `${name} is not at ${start}..${end}`;
		}
		for (const child of children) {
			if (typeof child !== "string") waiting.push(child);
		}
	}
	return undefined;
}
