// A process of clients: it runs the functions that a module of bench/drivers exports.
//
// The benchmark itself only asks it to, so that neither the clients nor what they wait for
// costs the server a processor.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { cpuOf, onProcessor } from "./process.mjs";

/**
 * Starts a process of clients.
 *
 * @param {string} name of a module of bench/drivers
 * @returns what calls each of its functions with one parameter, and its CPU seconds
 */
export function startDriver(name) {
	const file = fileURLToPath(import.meta.url);
	const [command, ...parameters] = onProcessor("driver", [
		process.execPath,
		"--max-semi-space-size=64",
		file,
		name,
	]);
	const child = spawn(command, parameters, {
		stdio: ["ignore", "inherit", "inherit", "ipc"],
		serialization: "advanced",
	});
	const calls = new Map();
	const ended = new Promise((resolve) => {
		child.once("exit", (code) => {
			for (const { reject } of calls.values()) {
				reject(new Error(`the driver ${name} ended with ${code}`));
			}
			resolve();
		});
	});
	child.on("message", ({ number, result, error }) => {
		const { resolve, reject } = calls.get(number);
		calls.delete(number);
		if (error === undefined) resolve(result);
		else reject(new Error(error));
	});
	let number = 0;
	return {
		cpu: () => cpuOf(child.pid),
		call(what, parameter) {
			number += 1;
			child.send({ number, what, parameter });
			return new Promise((resolve, reject) => {
				calls.set(number, { resolve, reject });
			});
		},
		stop() {
			child.kill("SIGKILL");
			return ended;
		},
	};
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	const functions = await import(`../drivers/${process.argv[2]}.mjs`);
	process.on("message", async ({ number, what, parameter }) => {
		try {
			process.send({ number, result: await functions[what](parameter) });
		} catch (error) {
			process.send({ number, error: error.stack });
		}
	});
	process.once("disconnect", () => process.exit());
}
