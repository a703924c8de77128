// Data from application to application, through the server.
import { fileURLToPath } from "node:url";
import * as apex from "../contestants/apex.mjs";
import { certificate } from "../parts/certificate.mjs";
import { startDriver } from "../parts/driver.mjs";
import { cpuOf, startProcess } from "../parts/process.mjs";

export const title = "Relay";

export const columns = {
	rate: { title: "messages/s", digits: 0 },
	megabytes: { title: "MB/s", digits: 0 },
	cpu: { title: "server CPU, µs per message", digits: 1, compared: true },
	driver: { title: "clients' CPU, µs", digits: 1 },
};

const FLOOR = "floor (bare Node)";
// Whoever has a word for somebody sends it and waits; many do so at once.
const SMALL = { octets: 1024, pairs: 64, window: 1 };
const LARGE = { octets: 65_536, pairs: 16, window: 2 };
const KINDS = [
	{ ...SMALL, tls: false, times: 400 },
	{ ...LARGE, tls: false, times: 1000 },
	{ ...SMALL, tls: true, times: 400 },
	{ ...LARGE, tls: true, times: 600 },
];
const label = ({ octets, tls }) => `${octets / 1024} KiB${tls ? ", TLS" : ""}`;
const floorServer = fileURLToPath(
	new URL("../servers/relay-floor.mjs", import.meta.url),
);

async function startFloor(tls) {
	const { cert, key } = certificate();
	const words = [process.execPath, floorServer, ...(tls ? [cert, key] : [])];
	const server = await startProcess(words, /ready (\d+)/);
	return { ...server, port: Number(server.match[1]) };
}

function startApex(tls) {
	const { cert, key } = certificate();
	return apex.start(
		tls ? { flags: ["--tls-cert", cert, "--tls-key", key] } : {},
	);
}

async function relay(floor, { octets, tls, times, pairs, window }) {
	const server = await (floor ? startFloor(tls) : startApex(tls));
	const driver = startDriver("relay");
	const { port } = server;
	await driver.call("open", { port, tls, count: pairs, octets, floor });
	await driver.call("send", { times: Math.ceil(times / 5), window });
	const cpu = [cpuOf(server.pid), driver.cpu()];
	const began = performance.now();
	await driver.call("send", { times, window });
	const seconds = (performance.now() - began) / 1000;
	const used = [cpuOf(server.pid) - cpu[0], driver.cpu() - cpu[1]];
	await driver.stop();
	await server.stop();
	const count = times * pairs;
	return {
		rate: count / seconds,
		megabytes: (count * octets) / seconds / 1e6,
		cpu: (used[0] / count) * 1e6,
		driver: (used[1] / count) * 1e6,
	};
}

export function cells({ quick }) {
	return KINDS.flatMap((kind) =>
		[true, false].map((floor) => ({
			label: label(kind),
			contestant: floor ? FLOOR : apex.name,
			measure: () =>
				relay(floor, { ...kind, times: kind.times / (quick ? 5 : 1) }),
		})),
	);
}

export function goals(figure) {
	return KINDS.flatMap((kind) => {
		const ratio = (column) =>
			figure(label(kind), apex.name, column) /
			figure(label(kind), FLOOR, column);
		return [
			{
				says: `messages/s / the floor's, ${label(kind)}`,
				is: ratio("rate"),
				least: 0.5,
			},
			{
				says: `CPU / the floor's, ${label(kind)}`,
				is: ratio("cpu"),
				most: 2,
			},
		];
	});
}
