// Everybody comes back at once: endpoints connect, attach, and subscribe to others.
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as apex from "../contestants/apex.mjs";
import * as mosquitto from "../contestants/mosquitto.mjs";
import { startDriver } from "../parts/driver.mjs";
import { cpuOf } from "../parts/process.mjs";
import { seeded } from "../parts/seed.mjs";

export const title = "Storm";

export const columns = {
	seconds: { title: "s", digits: 2 },
	cpu: { title: "server CPU, s", digits: 2, compared: true },
	driver: { title: "clients' CPU, s", digits: 2 },
};

const SUBJECTS = 10;
const label = (endpoints) =>
	`${endpoints.toLocaleString("en")} endpoints, ${SUBJECTS} subjects each`;

async function storm(server, endpoints, client, prepare = async () => {}) {
	const driver = startDriver("storm");
	const { port, pid } = server;
	await prepare(driver);
	const cpu = [cpuOf(pid), driver.cpu()];
	const began = performance.now();
	await driver.call("storm", { port, endpoints, subjects: SUBJECTS, client });
	const seconds = (performance.now() - began) / 1000;
	const used = [cpuOf(pid) - cpu[0], driver.cpu() - cpu[1]];
	await driver.stop();
	await server.stop();
	return { seconds, cpu: used[0], driver: used[1] };
}

async function ours(endpoints) {
	const folder = mkdtempSync(join(tmpdir(), "apex-storm-"));
	// whose presence is subscribed to is known already
	cpSync(await seeded(0, endpoints), folder, { recursive: true });
	try {
		return await storm(await apex.start({ folder }), endpoints, apex.client);
	} finally {
		rmSync(folder, { recursive: true });
	}
}

async function theirs(endpoints) {
	const server = await mosquitto.start();
	const { port } = server;
	return storm(server, endpoints, mosquitto.client, (driver) =>
		driver.call("retain", { port, endpoints }),
	);
}

export function cells({ quick }) {
	const endpoints = quick ? 500 : 5000;
	return [
		[apex, ours],
		...(mosquitto.isInstalled ? [[mosquitto, theirs]] : []),
	].map(([{ name }, measure]) => ({
		label: label(endpoints),
		contestant: name,
		measure: () => measure(endpoints),
	}));
}

export const goals = () => [];
