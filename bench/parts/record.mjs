// Puts results into docs/: medians into performance.json, tables into performance.md behind
// the comment that names the workload, charts into charts/.
import {
	existsSync,
	mkdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { name as ours } from "../contestants/apex.mjs";
import { Figures, goalTable, isReached } from "./results.mjs";

const docs = new URL("../../docs/", import.meta.url);
const text = new URL("performance.md", docs);
const data = new URL("performance.json", docs);
const results = new URL("../results/", import.meta.url);

/** @param {readonly string[]} names of workloads that have been run */
export async function record(names) {
	const medians = existsSync(data)
		? JSON.parse(readFileSync(data, "utf8"))
		: {};
	mkdirSync(new URL("charts/", docs), { recursive: true });
	for (const name of names) {
		const stored = readFileSync(new URL(`${name}.json`, results), "utf8");
		const { figures: rounds, goals, ...about } = JSON.parse(stored);
		const workload = await import(`../workloads/${name}.mjs`);
		const figures = Figures.from(rounds);
		medians[name] = {
			...about,
			medians: figures.medians(workload.columns),
			goals: Object.fromEntries(goals.map((goal) => [goal.says, asData(goal)])),
		};
		insert(name, [
			`Revision ${about.revision}, ${about.date}: medians of ${about.rounds} rounds${about.quick ? " of the short form" : ""}, ${about.seconds} s; ${about.machine}.\n`,
			figures.table(workload.columns, ours),
			...(goals.length > 0 ? [goalTable(goals)] : []),
		]);
		const charts = workload.charts?.(figures.figure) ?? {};
		for (const [file, svg] of Object.entries(charts)) {
			const chart = new URL(`charts/${file}`, docs);
			if (svg === undefined) rmSync(chart, { force: true });
			else writeFileSync(chart, svg);
		}
	}
	writeFileSync(data, `${JSON.stringify(medians, null, "\t")}\n`);
}

function asData({ is, most, least }) {
	const wanted = most === undefined ? { least } : { most };
	const reached = isReached({ is, most, least });
	return { is, ...wanted, reached: reached ?? null };
}

/** Between `<!-- bench: NAME -->` and `<!-- end -->`. */
function insert(name, parts) {
	const whole = readFileSync(text, "utf8");
	const begin = `<!-- bench: ${name} -->\n`;
	const at = whole.indexOf(begin);
	const end = whole.indexOf("<!-- end -->", at);
	if (at < 0 || end < 0) throw new Error(`performance.md has no ${begin}`);
	const head = whole.slice(0, at + begin.length);
	writeFileSync(text, `${head}\n${parts.join("\n")}\n${whole.slice(end)}`);
}
