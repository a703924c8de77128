// SIP dialogs at a rate: each is a SUBSCRIBE, its NOTIFY, an unsubscribe and its last NOTIFY,
// by sipp (samples/sip/dialogs.xml) over UDP. Prints what failed, what was sent again, and the
// CPU and memory that the gateway took.
//
//   npm run build && node bench/sip.mjs [DIALOGS_A_SECOND=500] [SECONDS=60]
import { fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Cpp, CppFace } from "../dist/cpp/index.js";
import { listenSip, Sip } from "../dist/gateways/sip/index.js";
import { parseEndpoint, silent, systemClock } from "../dist/names/index.js";
import { Presence } from "../dist/presence/index.js";
import { MemoryStore } from "../dist/store/index.js";
import { cpuOf } from "./parts/process.mjs";

const SCENARIO = fileURLToPath(
	new URL("../samples/sip/dialogs.xml", import.meta.url),
);

class Store extends MemoryStore {
	#due = false;
	added() {
		if (this.#due) return;
		this.#due = true;
		setImmediate(() => {
			this.#due = false;
			this.sync();
		});
	}
}

async function serve() {
	const face = new CppFace();
	const presence = new Presence({
		...{ store: new Store(), clock: systemClock, log: silent, faces: [face] },
		allows: () => true,
	});
	for (const name of ["fred@example.com", "wilma@example.com"]) {
		await presence.provision(parseEndpoint(name));
	}
	const cpp = new Cpp({
		...{ presence, face, clock: systemClock, random: Math.random },
		isOurs: (domain) => domain === "example.com",
		isValid: (endpoint) => presence.isValid(endpoint),
	});
	const sip = new Sip({
		...{ cpp, clock: systemClock, random: Math.random, log: silent },
		...{ domains: ["example.com"], dev: true, digest: async () => undefined },
		limits: { sipDialogsPerWatcher: 100_000, sipTransactions: 200_000 },
	});
	const { port } = await listenSip({ host: "127.0.0.1", port: 0 }, sip);
	process.on("message", () =>
		process.send({ left: sip.dialogs, rss: process.memoryUsage.rss() }),
	);
	process.send({ port });
}

/** Runs sipp. @returns its last statistics, by name */
async function load(port, rate, dialogs) {
	const folder = await mkdtemp(join(tmpdir(), "sip-bench-"));
	const statistics = join(folder, "statistics.csv");
	const parameters = [
		...["-sf", SCENARIO, "-r", rate, "-m", dialogs, "-l", rate * 40],
		...["-key", "watcher", "wilma", "-key", "target", "fred"],
		...["-i", "127.0.0.1", "-t", "u1", "-nostdin", "-buff_size", 4 << 20],
		...["-trace_stat", "-stf", statistics, "-fd", 1, `127.0.0.1:${port}`],
	];
	const sipp = spawn("sipp", parameters.map(String), { stdio: "ignore" });
	await once(sipp, "close");
	const rows = (await readFile(statistics, "latin1")).trim().split("\n");
	await rm(folder, { recursive: true });
	const names = rows[0].split(";");
	const last = rows.at(-1).split(";");
	return (name) => Number(last[names.indexOf(name)]);
}

async function measure(rate, seconds) {
	const server = fork(fileURLToPath(import.meta.url), ["serve"]);
	const [{ port }] = await once(server, "message");
	await load(port, Math.ceil(rate / 5), rate);
	const before = cpuOf(server.pid);
	const began = process.hrtime.bigint();
	const statistic = await load(port, rate, rate * seconds);
	const took = Number(process.hrtime.bigint() - began) / 1e9;
	const cpu = cpuOf(server.pid) - before;
	server.send("how are you");
	const [{ left, rss }] = await once(server, "message");
	server.kill();
	return {
		...{ took, cpu, left, rss },
		good: statistic("SuccessfulCall(C)"),
		failed: statistic("FailedCall(C)"),
		again: statistic("Retransmissions(C)"),
	};
}

if (process.argv[2] === "serve") await serve();
else {
	const [rate = 500, seconds = 60] = process.argv.slice(2).map(Number);
	const { took, cpu, left, rss, good, failed, again } = await measure(
		rate,
		seconds,
	);
	console.log(
		`${good} dialogs in ${took.toFixed(1)} s, ${failed} failed, ` +
			`${again} retransmissions by the watchers, ${left} left open; ` +
			`the gateway took ${((cpu / (good || 1)) * 1e6).toFixed(0)} µs of CPU for each, ` +
			`and had ${(rss / 2 ** 20).toFixed(0)} MiB`,
	);
}
