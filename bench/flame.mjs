/**
 * Draws a profile of V8 as a flame graph.
 *
 *     npm run bench -- fanout --only apex --case N=500 --rounds 1 \
 *       "--node-flags=--cpu-prof --cpu-prof-dir=/tmp/profile --cpu-prof-interval=200"
 *     node bench/flame.mjs /tmp/profile/*.cpuprofile "what it shows" > flame.svg
 *
 * The width of a box is the time in which a function was on the stack, of all time in which
 * the process was not idle; above it is who called it. The time of starting is left out.
 */
import { readFileSync } from "node:fs";

const WIDTH = 1200;
const ROW = 16;
/** Narrower boxes say nothing, in pixels. */
const LEAST = 1.5;
/** Of the time of the whole profile, how much is taken for the start. */
const START = 0.4;

const [file, title] = process.argv.slice(2);
const profile = JSON.parse(readFileSync(file, "utf8"));
const root = treeOf(profile);
const boxes = [];
const deepest = place(root, 0, 0);
const height = (deepest + 2) * ROW + 30;
console.log(
	`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="11">
<title>${escaped(title)}</title>
<rect width="${WIDTH}" height="${height}" fill="#fff" />
<text x="4" y="18" font-size="14">${escaped(title)}</text>
${boxes.map(drawn).join("\n")}
</svg>`,
);

/** Calls of the same function by the same caller are one, and count what they took together. */
function treeOf({ nodes, samples, timeDeltas }) {
	const parents = new Map();
	const frames = new Map();
	for (const { id, callFrame, children = [] } of nodes) {
		frames.set(id, callFrame);
		for (const child of children) parents.set(child, id);
	}
	const root = { name: "all", time: 0, children: new Map() };
	const first = Math.floor(samples.length * START);
	for (let at = first; at < samples.length; at++) {
		const stack = [];
		for (let id = samples[at]; id !== undefined; id = parents.get(id)) {
			stack.unshift(nameOf(frames.get(id)));
		}
		if (stack.includes("(idle)")) continue;
		const time = Math.max(0, timeDeltas[at]);
		let node = root;
		node.time += time;
		for (const name of stack.slice(1)) {
			const known = node.children.get(name);
			const next = known ?? { name, time: 0, children: new Map() };
			if (known === undefined) node.children.set(name, next);
			next.time += time;
			node = next;
		}
	}
	return root;
}

function nameOf({ functionName, url }) {
	const [own = ""] = /[^/]+\/[^/]+$/.exec(url) ?? [];
	const where = url.startsWith("node:") ? url : own;
	return `${functionName || "(anonymous)"} ${where}`.trim();
}

/** @returns how deep the deepest is that is drawn */
function place(node, from, depth) {
	const width = (node.time / root.time) * WIDTH;
	if (width < LEAST) return depth - 1;
	boxes.push({ name: node.name, from, width, depth });
	let [at, deepest] = [from, depth];
	const children = [...node.children.values()];
	for (const child of children.sort((one, other) => other.time - one.time)) {
		deepest = Math.max(deepest, place(child, at, depth + 1));
		at += (child.time / root.time) * WIDTH;
	}
	return deepest;
}

function drawn({ name, from, width, depth }) {
	const y = 26 + depth * ROW;
	const share = ((width / WIDTH) * 100).toFixed(1);
	const fits = Math.floor((width - 4) / 6);
	const label = fits < 4 ? "" : escaped(name.slice(0, fits));
	return `<g><title>${escaped(name)}: ${share} %</title><rect x="${from.toFixed(1)}" y="${y}" width="${Math.max(0.5, width - 0.5).toFixed(1)}" height="${ROW - 1}" fill="${colourOf(name)}" />${label && `<text x="${(from + 2).toFixed(1)}" y="${y + 11}">${label}</text>`}</g>`;
}

/** What is ours, what is JavaScript of others, and what is native or the kernel. */
function colourOf(name) {
	if (
		/ (?:beep|apex|presence|services|store|access|xml|dist|operation|names)\/|dist\//.test(
			name,
		)
	)
		return "#f2b46d";
	return /\.js|node:/.test(name) ? "#9cc3e6" : "#c9c9c9";
}

function escaped(text = "") {
	return text.replace(/[<>&"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
