// This server.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadConfig } from "../../dist/config/index.js";
import { startProcess } from "../parts/process.mjs";

export const name = "apex-presence";
export const client = "apex";

const command = fileURLToPath(
	new URL("../../dist/cli/main.js", import.meta.url),
);
const collect = new URL("../parts/collect.mjs", import.meta.url).href;

/** Flags of Node for this server, for profiles. */
export const nodeFlags = [];

/** Limits that would hold a benchmark back, of those that there are. */
function limits() {
	const wanted = {
		publishesPerSecond: 0,
		sessions: 50_000,
		unauthenticatedSessions: 50_000,
		subscriptionsPerSubject: 0,
	};
	const known = loadConfig({}).limits;
	return Object.fromEntries(
		Object.entries(wanted).filter(([limit]) => limit in known),
	);
}

/**
 * Starts the server.
 *
 * @param {object} [options]
 * @param {string} [options.folder] data that is there already, and stays
 * @param {readonly string[]} [options.flags] of `apex serve`
 * @param {boolean} [options.collects] whether it is to tell its memory after a collection
 */
export async function start({ folder, flags = [], collects = false } = {}) {
	const own = mkdtempSync(join(tmpdir(), "apex-bench-"));
	const config = join(own, "apex.yaml");
	writeFileSync(config, JSON.stringify({ limits: limits() }));
	const data = folder ?? join(own, "data");
	const server = await startProcess(
		[
			process.execPath,
			...nodeFlags,
			...(collects ? ["--expose-gc", "--import", collect] : []),
			...[command, "serve", "--dev", "--domain", "example.com"],
			...["--config", config, "--data", data, "--listen", "127.0.0.1:0"],
			...flags,
		],
		/"listen":"127\.0\.0\.1:(\d+)"/,
		collects ? { stdio: ["ignore", "pipe", "pipe", "ipc"] } : {},
	);
	const { child, pid, match } = server;
	return {
		pid,
		port: Number(match[1]),
		/** Collects the garbage. */
		collect() {
			child.send("collect");
			return new Promise((resolve) => child.once("message", resolve));
		},
		async stop() {
			await server.stop();
			rmSync(own, { recursive: true });
		},
	};
}
