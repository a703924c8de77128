// Child processes of a benchmark, and what they cost.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";

/** Clock ticks a second, in which /proc counts. */
const TICKS = 100;

/**
 * Starts a server and waits for a line that says that it is ready.
 *
 * @param {string} command
 * @param {string[]} parameters
 * @param {RegExp} ready
 * @returns {Promise<{pid: number, match: RegExpExecArray, stop(): Promise<void>}>}
 */
export function startProcess(command, parameters, ready) {
	const child = spawn(command, parameters, {
		stdio: ["ignore", "pipe", "pipe"],
	});
	let text = "";
	return new Promise((resolve, reject) => {
		const heard = (chunk) => {
			text += chunk;
			const match = ready.exec(text);
			if (match === null) return;
			child.stdout.off("data", heard).resume();
			child.stderr.off("data", heard).resume();
			resolve({ pid: child.pid, match, stop });
		};
		child.stdout.on("data", heard);
		child.stderr.on("data", heard);
		child.once("error", reject);
		child.once("exit", () => reject(new Error(`${command} ended: ${text}`)));
	});
	function stop() {
		return new Promise((resolve) => {
			child.once("exit", () => resolve());
			child.kill("SIGTERM");
		});
	}
}

/** @param {number} pid @returns seconds of CPU that the process has used, user and system */
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

/** @param {readonly number[]} figures */
export function median(figures) {
	const sorted = [...figures].sort((a, b) => a - b);
	const middle = sorted.length >> 1;
	return sorted.length % 2
		? sorted[middle]
		: (sorted[middle - 1] + sorted[middle]) / 2;
}
