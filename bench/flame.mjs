/**
 * Profiles this server in a workload and draws what it does, as a flame graph.
 *
 *     npm run build && node bench/flame.mjs [NAME...]    # into docs/charts
 *
 * The width of a box is the time in which a function was on the stack, of all time in which
 * the process was not idle; above it is who called it.
 */
import { execFileSync } from "node:child_process";
import {
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** What is drawn, and what share of a profile is left out because the workload begins after it. */
const GRAPHS = {
	fanout: {
		workload: "fanout",
		case: "N=500",
		start: 0.4,
		title: "A server that notifies 500 subscribers",
	},
	rosters: {
		workload: "rosters",
		case: "",
		start: 0.6,
		title: "A server of 2,000 endpoints, each with 21 subscribers",
	},
	publish: {
		workload: "publish",
		case: "",
		start: 0.4,
		title: "A server to which 64 publish at once",
	},
	restart: {
		workload: "restart",
		case: "",
		start: 0,
		title: "A server that starts with 1,000,000 subscriptions",
	},
	"relay-1": {
		workload: "relay",
		case: "1 KiB",
		start: 0.3,
		title: "A server that relays messages of 1 KiB",
	},
	"relay-64": {
		workload: "relay",
		case: "64 KiB",
		start: 0.3,
		title: "A server that relays messages of 64 KiB",
	},
};

const WIDTH = 1200;
const ROW = 16;
/** Narrower boxes say nothing, in pixels. */
const LEAST = 1.5;
/** What is called deeper than this is in the box that it is called from. */
const MOST_ROWS = 32;
const OTHERS = "#c9c9c9";
const OWN = new URL("../dist/", import.meta.url).href;

const asked = process.argv.slice(2);
for (const name of asked.length > 0 ? asked : Object.keys(GRAPHS)) {
	const graph = GRAPHS[name];
	if (graph === undefined) {
		console.error(`there is no ${name}: ${Object.keys(GRAPHS).join(" ")}`);
		process.exit(2);
	}
	const chart = new URL(`../docs/charts/${name}-profile.svg`, import.meta.url);
	writeFileSync(
		chart,
		drawing(treeOf(profileOf(graph), graph.start), graph.title),
	);
	console.log(fileURLToPath(chart));
}

/** Runs the workload once; where its case is one of several, the first of them counts. */
function profileOf({ workload, case: text }) {
	const folder = mkdtempSync(join(tmpdir(), "apex-profile-"));
	const runner = fileURLToPath(new URL("run.mjs", import.meta.url));
	const flags = `--cpu-prof --cpu-prof-dir=${folder} --cpu-prof-interval=200`;
	const options = ["--rounds", "1", "--only", "apex", "--case", text];
	execFileSync(
		process.execPath,
		[runner, workload, ...options, `--node-flags=${flags}`],
		{ stdio: ["ignore", "ignore", "inherit"] },
	);
	const [first] = readdirSync(folder).sort();
	const profile = JSON.parse(readFileSync(join(folder, first), "utf8"));
	rmSync(folder, { recursive: true });
	return profile;
}

function drawing(root, title) {
	const boxes = [];
	const deepest = place(boxes, root, root.time, 0, 0);
	const height = (deepest + 2) * ROW + 30;
	return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="11">
<title>${escaped(title)}</title>
<rect width="${WIDTH}" height="${height}" fill="#fff" />
<text x="4" y="18" font-size="14">${escaped(title)}</text>
${boxes.map((box) => drawn(box)).join("\n")}
</svg>
`;
}

/** Calls of the same function by the same caller are one, and count what they took together. */
function treeOf({ nodes, samples, timeDeltas }, start) {
	const parents = new Map();
	const frames = new Map();
	for (const { id, callFrame, children = [] } of nodes) {
		frames.set(id, callFrame);
		for (const child of children) parents.set(child, id);
	}
	const root = { name: "all", colour: OTHERS, time: 0, children: new Map() };
	const first = Math.floor(samples.length * start);
	for (let at = first; at < samples.length; at++) {
		const stack = [];
		for (let id = samples[at]; id !== undefined; id = parents.get(id)) {
			stack.unshift(frames.get(id));
		}
		if (stack.some(({ functionName }) => functionName === "(idle)")) continue;
		const time = Math.max(0, timeDeltas[at]);
		let node = root;
		node.time += time;
		for (const frame of stack.slice(1)) {
			const name = nameOf(frame);
			const known = node.children.get(name);
			const colour = colourOf(frame);
			const next = known ?? { name, colour, time: 0, children: new Map() };
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
function place(boxes, node, whole, from, depth) {
	const width = (node.time / whole) * WIDTH;
	if (width < LEAST || depth === MOST_ROWS) return depth - 1;
	boxes.push({ node, from, width, depth });
	let [at, deepest] = [from, depth];
	const children = [...node.children.values()];
	for (const child of children.sort((one, other) => other.time - one.time)) {
		deepest = Math.max(deepest, place(boxes, child, whole, at, depth + 1));
		at += (child.time / whole) * WIDTH;
	}
	return deepest;
}

function drawn({ node: { name, colour }, from, width, depth }) {
	const y = 26 + depth * ROW;
	const share = ((width / WIDTH) * 100).toFixed(1);
	const fits = Math.floor((width - 4) / 6);
	const label = fits < 4 ? "" : escaped(name.slice(0, fits));
	return `<g><title>${escaped(name)}: ${share} %</title><rect x="${from.toFixed(1)}" y="${y}" width="${Math.max(0.5, width - 0.5).toFixed(1)}" height="${ROW - 1}" fill="${colour}" />${label && `<text x="${(from + 2).toFixed(1)}" y="${y + 11}">${label}</text>`}</g>`;
}

/** What is ours, what is JavaScript of others, and what is native or the kernel. */
function colourOf({ url }) {
	if (url.startsWith(OWN)) return "#f2b46d";
	return url === "" ? OTHERS : "#9cc3e6";
}

/** What XML cannot carry, as in the source of a regular expression, is a question mark. */
function escaped(text = "") {
	return text
		.replace(/[^\t\n -\ud7ff\ue000-\ufffd]/g, "?")
		.replace(/[<>&"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
