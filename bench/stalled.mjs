/**
 * Readers that stop reading: what they cost the server, and those who read on.
 *
 *     npm run build && node bench/stalled.mjs [READERS=1000] [PUBLISHES=10000] [HEAP=128]
 *
 * READERS endpoints subscribe to one subject and then read nothing, answer nothing and open no
 * window any more; a third of them with the window of RFC 3081, a third with 64 KiB, a third
 * with the widest there is. Beside them 100 ordinary readers. The subject changes PUBLISHES
 * times, at a steady pace, each change after the one before was answered with 250. Then all read
 * on. A control round has the same without the ones that stop, on a server of its own.
 *
 * What is resident includes garbage, of which V8 keeps several times what lives before it looks
 * for it: more than is to be measured. So the servers run with a heap of HEAP MiB, in which
 * they must find room for everything; 0 leaves it to V8.
 *
 * Exits with 1 unless the server grows by less than 64 MiB (resident, as Linux reports it), and
 * every reader that stopped hears the newest state in the end, after a bounded number of older
 * ones and never of an older after a newer.
 */
import {
	existsSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { setTimeout as after } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { MAX_UNANSWERED } from "../dist/services/presence/updates.js";
import { startCompanion } from "./overload/companion.mjs";
import { Endpoint } from "./overload/endpoint.mjs";
import { greatest, table } from "./overload/figures.mjs";
import { residentOf, startProcess } from "./parts/process.mjs";
import { quantile } from "./parts/statistics.mjs";

const ORDINARY = 100;
/** Between two changes, in milliseconds. */
const PACE = 10;
/** What the server may grow by, in octets. */
const GROWTH = 64 * 1024 * 1024;
/** What was on its way when a reader stopped, the newest, and one that came meanwhile. */
const MOST_UPDATES = MAX_UNANSWERED + 2;
const MB = 1024 * 1024;
const PAGE = 4096;

const [count = 1000, publishes = 10_000, heap = 128] = process.argv
	.slice(2)
	.map(Number);
const command = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));

async function startServer() {
	const folder = mkdtempSync(join(tmpdir(), "apex-stalled-"));
	const config = {
		dev: true,
		data: join(folder, "data"),
		listen: "127.0.0.1:0",
		// nothing but the rule for slow readers is to keep them from costing more
		limits: { publishesPerSecond: 0, idleSeconds: 86_400 },
	};
	const file = join(folder, "apex.yaml");
	writeFileSync(file, JSON.stringify(config));
	const server = await startProcess(
		[
			process.execPath,
			...(heap > 0 ? [`--max-old-space-size=${heap}`] : []),
			...[command, "serve", "--config", file],
		],
		/"ready on .*:(\d+)"/,
	);
	return {
		pid: server.pid,
		port: Number(server.match[1]),
		kill() {
			if (existsSync(`/proc/${server.pid}`)) process.kill(server.pid);
		},
		async stop() {
			await server.stop();
			rmSync(folder, { recursive: true });
		},
	};
}

/** What the kernel keeps for all sockets of this machine, in octets. */
function kernelBuffers() {
	const text = readFileSync("/proc/net/sockstat", "latin1");
	return PAGE * Number(/^TCP:.* mem (\d+)/m.exec(text)?.[1]);
}

/** Changes the state at a steady pace, and notes when ordinary readers hear of it. */
class Publisher {
	#endpoint;
	#current;
	#number = 0;

	/** @param lost called when the session has ended before `leave` */
	static async attach(port, lost) {
		const publisher = new Publisher();
		publisher.#endpoint = await Endpoint.attach(port, "fred@example.com");
		publisher.#current = await publisher.#endpoint.subscribe();
		publisher.#endpoint.onEnd = lost;
		return publisher;
	}

	/** From now on the server may end. */
	leave() {
		this.#endpoint.onEnd = () => {};
		this.#endpoint.close();
	}

	/** @returns the last state, and when it was heard of */
	async publish(times, readers) {
		const last = this.#number + times;
		const sent = new Map();
		const latencies = [];
		const reached = readers.map(
			(reader) =>
				new Promise((resolve) => {
					reader.onUpdate = (_lastUpdate, number) => {
						latencies.push(performance.now() - sent.get(number));
						if (number === last) resolve();
					};
				}),
		);
		const began = performance.now();
		for (let count = 1; count <= times; count++) {
			sent.set(this.#number + 1, performance.now());
			await this.#change();
			const early = began + count * PACE - performance.now();
			if (early > 0) await after(early);
		}
		await Promise.all(reached);
		const seconds = (performance.now() - began) / 1000;
		return { newest: this.#current, latencies, seconds };
	}

	async #change() {
		this.#number += 1;
		const heard = new Promise((resolve) => {
			this.#endpoint.onUpdate = resolve;
		});
		const done = this.#endpoint.change(this.#current, this.#number);
		[this.#current] = await Promise.all([heard, done]);
	}
}

/** One round on a server of its own. @param {number} stalling how many stop reading */
async function round(stalling) {
	const server = await startServer();
	const stalled = startCompanion("stalled-readers.mjs");
	const resident = () => residentOf(server.pid);
	try {
		const publisher = await Publisher.attach(server.port, () => {
			console.log("FAILS  the server goes on serving whoever publishes");
			server.kill();
			process.exit(1);
		});
		const readers = [];
		for (let number = 0; number < ORDINARY; number++) {
			const name = `ordinary${number}@example.com`;
			const reader = await Endpoint.attach(server.port, name);
			await reader.subscribe();
			readers.push(reader);
		}
		// at first a server grows to what it needs for those whom it serves
		await publisher.publish(Math.ceil(publishes / 10), readers);
		await stalled.tell("stall", { port: server.port, count: stalling });
		const [before, buffersBefore] = [resident(), kernelBuffers()];
		const [during, buffersDuring] = [
			greatest(resident),
			greatest(kernelBuffers),
		];
		const { newest, ...figures } = await publisher.publish(publishes, readers);
		const { heard } = await stalled.tell("resume", { newest });
		publisher.leave();
		return {
			...{ before, most: during(), now: resident(), heard, ...figures },
			buffers: buffersDuring() - buffersBefore,
		};
	} finally {
		stalled.stop();
		await server.stop();
	}
}

const control = await round(0);
const loaded = await round(count);

const mb = (octets) => `${(octets / MB).toFixed(1)} MiB`;
const ms = (figure) => `${figure.toFixed(2)} ms`;
const row = (name, write) => [name, write(control), write(loaded)];
console.log(
	`${publishes} changes, one every ${PACE} ms; ${ORDINARY} ordinary readers; ${heap > 0 ? `a heap of ${heap} MiB` : "any heap"}\n`,
);
table([
	["", "nobody stops", `${count} stop reading`],
	row("resident before", ({ before }) => mb(before)),
	row("  at the most", ({ most }) => mb(most)),
	row("  growth", ({ before, most }) => mb(most - before)),
	row("  after all read on", ({ now }) => mb(now)),
	row("in the kernel's buffers", ({ buffers }) => mb(buffers)),
	row("changes a second", ({ seconds }) => (publishes / seconds).toFixed(1)),
	row("updates heard", ({ latencies }) => String(latencies.length)),
	row("publish to update, p50", ({ latencies }) =>
		ms(quantile(latencies, 0.5)),
	),
	row("  p99", ({ latencies }) => ms(quantile(latencies, 0.99))),
]);

const { heard } = loaded;
const current = heard.filter(({ hasNewest }) => hasNewest).length;
const updates = heard.map((one) => one.updates);
const backwards = heard.filter((one) => one.backwards > 0).length;
console.log(`
of ${count} that stopped, ${current} heard the newest state when they read on,
after ${quantile(updates, 0)} to ${quantile(updates, 1)} updates (median ${quantile(updates, 0.5)}); ${backwards} heard of an older state after a newer
`);

const requirements = [
	[
		`the server grows by less than ${mb(GROWTH)}`,
		loaded.most - loaded.before < GROWTH,
	],
	["everybody who stopped hears the newest state", current === count],
	[
		`after ${MOST_UPDATES} updates at the most`,
		quantile(updates, 1) <= MOST_UPDATES,
	],
	["and of none that is older than one before", backwards === 0],
];
for (const [what, holds] of requirements) {
	console.log(`${holds ? "holds" : "FAILS"}  ${what}`);
}
process.exit(requirements.every(([, holds]) => holds) ? 0 : 1);
