// How long a server is away that starts on many subscriptions.
import { fileURLToPath } from "node:url";
import * as apex from "../contestants/apex.mjs";
import { startDriver } from "../parts/driver.mjs";
import { cpuOf, residentOf, startProcess } from "../parts/process.mjs";
import { employee, seeded } from "../parts/seed.mjs";

export const title = "Restart";

export const columns = {
	seconds: { title: "s", digits: 2, compared: true },
	cpu: { title: "CPU, s", digits: 2 },
	resident: { title: "resident, MB", digits: 0 },
};

const SCAN = "a scan by classic-level";
const label = (subscriptions) =>
	`${subscriptions.toLocaleString("en")} subscriptions`;
const scanner = fileURLToPath(new URL("../servers/scan.mjs", import.meta.url));
const now = () => performance.timeOrigin + performance.now();

/** From the start of the process to the first poll that is answered. */
async function ours(subscriptions, endpoints) {
	const folder = await seeded(subscriptions, endpoints);
	const driver = startDriver("crowd");
	// it is there before it is needed
	await driver.call("attach", { count: 0 });
	const began = now();
	const server = await apex.start({ folder });
	const answered = await driver.call("ask", {
		port: server.port,
		as: employee(0, endpoints),
		publisher: employee(1, endpoints),
	});
	const cpu = cpuOf(server.pid);
	const resident = residentOf(server.pid) / 1e6;
	await driver.stop();
	await server.stop();
	return { seconds: (answered - began) / 1000, cpu, resident };
}

async function scan(subscriptions, endpoints) {
	const folder = await seeded(subscriptions, endpoints);
	const began = now();
	const words = [process.execPath, scanner, folder];
	const { pid, stop } = await startProcess(words, /scanned .*\n/);
	const seconds = (now() - began) / 1000;
	const cpu = cpuOf(pid);
	const resident = residentOf(pid) / 1e6;
	await stop();
	return { seconds, cpu, resident };
}

export function cells({ quick }) {
	const subscriptions = quick ? 100_000 : 1_000_000;
	return [
		[SCAN, scan],
		[apex.name, ours],
	].map(([contestant, measure]) => ({
		label: label(subscriptions),
		contestant,
		measure: () => measure(subscriptions, subscriptions / 10),
	}));
}

export function goals(figure) {
	const of = (contestant) => figure(label(1_000_000), contestant, "seconds");
	return [
		{
			says: "time to the first poll / a bare scan",
			is: of(apex.name) / of(SCAN),
			most: 2,
		},
	];
}
