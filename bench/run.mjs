/**
 * Runs benchmarks: each contestant in a process of its own, its clients in another, so many
 * rounds in turn. Prints the medians, and the ratios that are aimed at.
 *
 *     npm run build && npm run bench [-- WORKLOAD... [--quick] [--rounds 5] [--record]]
 *
 * See docs/performance.md.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { nodeFlags, name as ours } from "./contestants/apex.mjs";
import { isPinned, unpin } from "./parts/process.mjs";
import { record } from "./parts/record.mjs";
import { Figures, goalTable } from "./parts/results.mjs";
import { workloads } from "./workloads/index.mjs";

const { values: options, positionals } = parseArgs({
	allowPositionals: true,
	options: {
		quick: { type: "boolean", default: false },
		rounds: { type: "string" },
		only: { type: "string" },
		case: { type: "string" },
		"node-flags": { type: "string", default: "" },
		"no-pin": { type: "boolean", default: false },
		record: { type: "boolean", default: false },
		help: { type: "boolean", default: false },
	},
});

if (options.help) {
	console.log(`npm run bench [-- WORKLOAD... [OPTION...]]

workloads: ${workloads.join(" ")} (by default all)

--quick             a short form of each, to see that it works
--rounds N          rounds, by default 5, with --quick 1
--only NAME,...     only contestants whose names begin so
--case TEXT         only cases whose names contain this
--node-flags=FLAGS  for this server, e.g. "--node-flags=--cpu-prof --cpu-prof-dir=/tmp/prof"
--no-pin            let processes run on any processor
--record            put what was measured in docs/performance.md, and its charts`);
	process.exit();
}

if (options["no-pin"]) unpin();
nodeFlags.push(...options["node-flags"].split(" ").filter(Boolean));
const rounds = Number(options.rounds ?? (options.quick ? 1 : 5));
const names = positionals.length > 0 ? positionals : workloads;
const results = new URL("results/", import.meta.url);
mkdirSync(results, { recursive: true });

for (const name of names) {
	if (!workloads.includes(name)) {
		console.error(`there is no workload ${name}: ${workloads.join(" ")}`);
		process.exit(2);
	}
}
// what is running and what has been written goes when this process does
for (const signal of ["SIGINT", "SIGTERM"]) {
	process.once(signal, () => process.exit(1));
}

const isPartial = [options.only, options.case, options["node-flags"]].some(
	Boolean,
);
if (isPartial && options.record) {
	console.error("what is left out, or run otherwise, cannot be recorded");
	process.exit(2);
}
warnOfOldBuild();
const built = revision();
const done = [];
for (const name of names) {
	try {
		await run(name);
		done.push(name);
	} catch (error) {
		console.error(error);
		process.exitCode = 1;
	}
}
if (options.record) await record(done);
process.exit();

async function run(name) {
	const workload = await import(`./workloads/${name}.mjs`);
	const began = performance.now();
	const figures = new Figures();
	const cells = workload.cells({ quick: options.quick }).filter(isWanted);
	for (let round = 1; round <= rounds; round++) {
		for (const cell of cells) {
			say(`${name} ${round}/${rounds}: ${cell.label}, ${cell.contestant}`);
			figures.add(cell.label, cell.contestant, await measured(name, cell));
		}
	}
	say("");
	await workload.close?.();
	const seconds = Math.round((performance.now() - began) / 1000);
	const about = {
		workload: name,
		revision: built,
		date: new Date().toISOString().slice(0, 10),
		machine: `${cpus().length} × ${cpus()[0].model}, Node ${process.version}`,
		rounds,
		quick: options.quick,
		pinned: isPinned(),
		seconds,
	};
	console.log(
		`\n${workload.title}: medians of ${rounds} rounds, revision ${about.revision}, ${seconds} s\n`,
	);
	console.log(figures.table(workload.columns, ours));
	const goals = workload.goals(figures.figure);
	if (goals.length > 0) console.log(goalTable(goals));
	// what leaves something out is to be looked at, and not to take the place of the whole
	if (isPartial) return;
	writeFileSync(
		new URL(`${name}.json`, results),
		`${JSON.stringify({ ...about, figures, goals }, null, "\t")}\n`,
	);
}

async function measured(name, { label, contestant, measure }) {
	try {
		return await measure();
	} catch (cause) {
		throw new Error(`${name}: ${label}, ${contestant}`, { cause });
	}
}

function isWanted({ label, contestant }) {
	const only = options.only?.split(",") ?? [""];
	return (
		only.some((name) => contestant.startsWith(name)) &&
		label.includes(options.case ?? "")
	);
}

/** What is measured is what was built. */
function warnOfOldBuild() {
	const src = new URL("../src/", import.meta.url);
	const changed = (file) => statSync(new URL(file, src)).mtimeMs;
	const files = readdirSync(src, { recursive: true });
	const newest = Math.max(...files.map(changed));
	const main = new URL("../dist/cli/main.js", import.meta.url);
	if (statSync(main).mtimeMs > newest) return;
	console.error("dist is older than src: npm run build");
}

/** The commit that is checked out, and whether something has changed since. */
function revision() {
	const git = (...words) =>
		execFileSync("git", words, {
			encoding: "utf8",
			stdio: ["ignore", "pipe", "ignore"],
		}).trim();
	try {
		const changed = git("status", "--porcelain", "--", "src", "package.json");
		return git("rev-parse", "--short", "HEAD") + (changed === "" ? "" : "+");
	} catch {
		return "unknown";
	}
}

/** Tells how far a run is, where somebody looks on. */
function say(text) {
	if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}
