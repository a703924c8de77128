// Publishers at once whom nobody subscribes to: what it costs to read, decide and make durable.
import { fileURLToPath } from "node:url";
import * as apex from "../contestants/apex.mjs";
import { startDriver } from "../parts/driver.mjs";
import { cpuOf, startProcess } from "../parts/process.mjs";
import { quantile } from "../parts/statistics.mjs";

export const title = "Publish";

export const columns = {
	rate: { title: "publishes/s", digits: 0 },
	cpu: { title: "CPU, µs per publish", digits: 1, compared: true },
	p50: { title: "p50, ms", digits: 1 },
	p99: { title: "p99, ms", digits: 1 },
	share: { title: "of it batch", digits: 1 },
	parse: { title: "parse", digits: 1 },
	write: { title: "write", digits: 1 },
};

const WIDTH = 64;
const FLOOR = "floor (classic-level, sax, a socket)";
const CHAINED = "the same, with chained batches";
const LABEL = `${WIDTH} publishers`;
const batches = fileURLToPath(
	new URL("../servers/batches.mjs", import.meta.url),
);

async function ours(passes) {
	const server = await apex.start();
	const driver = startDriver("publish");
	const { port, pid } = server;
	await driver.call("open", { port, width: WIDTH, endpoints: 64 });
	let cpu = 0;
	let seconds = 0;
	const took = [];
	// the first pass warms up
	for (let pass = 0; pass <= passes; pass++) {
		await driver.call("look");
		const before = cpuOf(pid);
		const began = performance.now();
		const some = await driver.call("publishAll");
		if (pass === 0) continue;
		seconds += (performance.now() - began) / 1000;
		cpu += cpuOf(pid) - before;
		took.push(...some);
	}
	await driver.stop();
	await server.stop();
	return {
		rate: took.length / seconds,
		cpu: (cpu / took.length) * 1e6,
		p50: quantile(took, 0.5),
		p99: quantile(took, 0.99),
	};
}

async function floor(seconds, ...how) {
	const driver = startDriver("sink");
	const port = await driver.call("listen");
	const words = [batches, WIDTH, seconds, port, ...how].map(String);
	const { match, stop } = await startProcess(
		[process.execPath, ...words],
		/figures (.*)\n/,
	);
	await stop();
	await driver.stop();
	const { rate, share, parse, write } = JSON.parse(match[1]);
	return {
		rate,
		cpu: (share + parse + write) * 1e6,
		share: share * 1e6,
		parse: parse * 1e6,
		write: write * 1e6,
	};
}

export function cells({ quick }) {
	return [
		{
			label: LABEL,
			contestant: FLOOR,
			measure: () => floor(quick ? 0.5 : 2),
		},
		{
			label: LABEL,
			contestant: CHAINED,
			measure: () => floor(quick ? 0.5 : 2, "chained"),
		},
		{
			label: LABEL,
			contestant: apex.name,
			measure: () => ours(quick ? 1 : 5),
		},
	];
}

export function goals(figure) {
	const ratio = (column) =>
		figure(LABEL, apex.name, column) / figure(LABEL, FLOOR, column);
	return [
		{
			says: "publishes/s / bare classic-level's",
			is: ratio("rate"),
			least: 0.5,
		},
		{ says: "CPU / (batch + parse + write)", is: ratio("cpu"), most: 2 },
	];
}
