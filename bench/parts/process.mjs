// Servers as child processes, and what they cost.
import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

/** Clock ticks a second, in which /proc counts. */
const TICKS = 100;

/** Servers have one processor for themselves, and those who drive them another. */
const PROCESSORS = { server: "0", driver: "1" };

let pinned =
	availableParallelism() > 1 && spawnSync("taskset", ["-V"]).status === 0;

/** Lets processes run wherever the system likes. */
export function unpin() {
	pinned = false;
}

/**
 * A command as it is run on the processor of its role.
 *
 * @param {"server" | "driver"} role
 * @param {readonly string[]} words
 * @returns {string[]}
 */
export function onProcessor(role, words) {
	return pinned ? ["taskset", "-c", PROCESSORS[role], ...words] : [...words];
}

/** Whether servers and drivers have processors of their own. */
export function isPinned() {
	return pinned;
}

const running = new Set();
process.once("exit", () => {
	for (const child of running) child.kill("SIGKILL");
});

/**
 * Starts a server and waits until it prints that it is ready.
 *
 * @param {readonly string[]} words the command
 * @param {RegExp} ready
 * @param {import("node:child_process").SpawnOptions} [options]
 * @returns {Promise<{ child: import("node:child_process").ChildProcess, pid: number, match: RegExpExecArray, stop(): Promise<void> }>}
 */
export function startProcess(words, ready, options = {}) {
	const [command, ...parameters] = onProcessor("server", words);
	const child = spawn(command, parameters, {
		stdio: ["ignore", "pipe", "pipe"],
		...options,
	});
	running.add(child);
	const ended = new Promise((resolve) => {
		child.once("exit", () => {
			running.delete(child);
			resolve();
		});
	});
	let text = "";
	return new Promise((resolve, reject) => {
		const heard = (chunk) => {
			text += chunk;
			const match = ready.exec(text);
			if (match === null) return;
			child.stdout.off("data", heard).resume();
			child.stderr.off("data", heard).resume();
			resolve({ child, pid: child.pid, match, stop });
		};
		child.stdout.on("data", heard);
		child.stderr.on("data", heard);
		child.once("error", reject);
		ended.then(() =>
			reject(new Error(`${words.join(" ")} ended: ${text.slice(-2000)}`)),
		);
	});
	function stop() {
		child.kill("SIGTERM");
		return ended;
	}
}

/** @param {number} pid @returns seconds of CPU that all its threads have used, user and system */
export function cpuOf(pid) {
	const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
	const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
	return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** @param {number} pid @returns resident octets */
export function residentOf(pid) {
	const status = readFileSync(`/proc/${pid}/status`, "latin1");
	return 1024 * Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]);
}
