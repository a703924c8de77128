// A process beside a benchmark that is told what to do.
import { fork } from "node:child_process";

/** @param {string} name a script of this folder that answers every order with one message */
export function startCompanion(name) {
	const child = fork(new URL(name, import.meta.url));
	return {
		/** @returns what it answers */
		tell(order, details) {
			return new Promise((resolve, reject) => {
				child.once("message", resolve);
				child.once("exit", (code) =>
					reject(new Error(`${name} ended with ${code}`)),
				);
				child.send({ order, ...details });
			});
		},
		stop: () => child.kill(),
	};
}
