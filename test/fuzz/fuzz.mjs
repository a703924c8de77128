// Offers mutated frames and documents, and watches that nothing breaks.
//
//   npm run build && node test/fuzz/fuzz.mjs [--frames 10000000] [--documents 1000000]
//     [--sequences 200000] [--sockets 40] [--seed SEED] [--first WORLD] [--dist FOLDER]
//
// --frames     mutated frames for sessions inside this process, each with a whole relay behind
// --documents  mutated documents, each read against every DTD
// --sequences  sessions over sockets with a server of its own process, --sockets at a time
// --first      the world (a relay and 100000 frames) to begin with, as a violation says
//
// It ends with 1 where anything was violated. What is said to the server depends on the seed
// and on what the server says.
import { parseArgs } from "node:util";
import { fuzzDocuments } from "./documents.mjs";
import { fuzzFrames } from "./frames.mjs";
import { load } from "./library.mjs";
import { fuzzSockets } from "./sockets.mjs";
import { Violations } from "./violations.mjs";

const { values } = parseArgs({
	options: {
		frames: { type: "string", default: "10000000" },
		documents: { type: "string", default: "1000000" },
		sequences: { type: "string", default: "200000" },
		sockets: { type: "string", default: "40" },
		seed: { type: "string", default: String(Date.now() % 2 ** 31) },
		first: { type: "string", default: "0" },
		dist: {
			type: "string",
			default: new URL("../../dist", import.meta.url).pathname,
		},
	},
});
const { dist, ...numbers } = values;
const options = Object.fromEntries(
	Object.entries(numbers).map(([name, text]) => [name, Number(text)]),
);
const violations = new Violations();
process.on("unhandledRejection", (error) =>
	violations.add(`unhandled rejection: ${error?.stack ?? error}`),
);
process.on("uncaughtException", (error) =>
	violations.add(`uncaught exception: ${error?.stack ?? error}`),
);

// nobody reads on
process.stdout.on("error", () => process.exit(1));

console.log(`seed ${options.seed}`);
const library = await load(dist);
try {
	if (options.documents > 0) fuzzDocuments(library, options, violations);
	if (options.frames > 0) await fuzzFrames(library, options, violations);
	if (options.sequences > 0) {
		await fuzzSockets(library, { ...options, dist }, violations);
	}
} catch (error) {
	violations.add(`the fuzzer itself: ${error.stack}`);
}
console.log(`seed ${options.seed}: ${violations.count} violations`);
process.exit(violations.count === 0 ? 0 : 1);
