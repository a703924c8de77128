/**
 * What it costs to tell WebSockets (`cpp.v1`) of presence that is published over BEEP, and
 * beside it what it costs to tell as many BEEP subscribers.
 *
 *     npm run build && node bench/watchers.mjs [WATCHERS=5000] [ENDPOINTS=500] [CHANGES=20]
 *
 * In a round every endpoint publishes once, all of them at the same time, and every watcher must
 * hear of it before the next: a change that is missing, twice or out of order ends this with
 * status 1. The CPU is that of the server process, without what publishing costs when nobody
 * watches. Linux only: /proc, and loopback addresses enough for so many connections.
 */
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { WebSocket } from "ws";
import { openWire } from "../dist/client/index.js";
import { cpuOf, startProcess } from "./parts/process.mjs";

const command = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const [watchers = 5000, endpoints = 500, changes = 20] = process.argv
	.slice(2)
	.map(Number);

/** How many connect at a time. */
const BATCH = 100;
/** A server has so many WebSockets at the most from one address. */
const PER_ADDRESS = 500;
const OK = "<ok />";

const numbers = (count) => Array.from({ length: count }, (_, index) => index);
const publisherOf = (index) => `publisher${index % endpoints}@example.com`;
const watcherOf = (index) => `watcher${index}@example.com`;

async function startServer() {
	const folder = mkdtempSync(join(tmpdir(), "apex-watchers-"));
	const config = join(folder, "apex.yaml");
	const sessions = watchers + endpoints;
	const limits = {
		...{ sessions, unauthenticatedSessions: sessions },
		// each change counts, however soon it follows the one before
		publishesPerSecond: 0,
	};
	writeFileSync(config, JSON.stringify({ limits }));
	const at = ["--listen", "127.0.0.1:0", "--web", "127.0.0.1:0"];
	const data = ["--data", join(folder, "data"), "--config", config];
	const { pid, match, stop } = await startProcess(
		[process.execPath, command, "serve", "--dev", ...at, ...data],
		/"listen":"127\.0\.0\.1:(\d+)".*"web":"127\.0\.0\.1:(\d+)"/,
	);
	return {
		pid,
		beep: { host: "127.0.0.1", port: Number(match[1]) },
		web: `ws://127.0.0.1:${match[2]}`,
		async stop() {
			await stop();
			rmSync(folder, { recursive: true });
		},
	};
}

/** Opens many, a few at a time. */
async function openAll(count, open) {
	const opened = [];
	for (let from = 0; from < count; from += BATCH) {
		const some = numbers(Math.min(BATCH, count - from));
		opened.push(
			...(await Promise.all(some.map((index) => open(from + index)))),
		);
	}
	return opened;
}

/** An attached endpoint; `hear` is given the operations that come for it. */
async function attach({ beep }, endpoint, hear) {
	let attached = () => {};
	let over = false;
	const wire = await openWire(beep, ({ kind, xml = "" }) => {
		if (kind === "MSG") {
			wire.answer("RPY", OK);
			hear(xml);
		} else if (kind === "RPY") attached();
		else if (!over) throw new Error(`${endpoint}: ${kind} ${xml}`);
	});
	await new Promise((resolve) => {
		attached = resolve;
		wire.send(`<attach endpoint='${endpoint}' transID='1' />`);
	});
	return {
		operate: (element) =>
			wire.send(
				`<data content='#S'><originator identity='${endpoint}' /><recipient identity='apex=presence@example.com' /><data-content Name='S'>${element}</data-content></data>`,
			),
		close() {
			over = true;
			wire.drop();
		},
	};
}

const subscribeXml = (publisher) =>
	`<subscribe publisher='${publisher}' duration='86400' transID='1' />`;

/** Somebody who publishes numbers, and hears of them as a subscriber does. */
async function publisher(server, index) {
	const endpoint = publisherOf(index);
	let lastUpdate = "";
	let heard = () => {};
	const attached = await attach(server, endpoint, (xml) => {
		const code = /<reply [^>]*code=["'](\d+)/.exec(xml)?.[1];
		if (code !== undefined && code !== "250") throw new Error(xml);
		const found = /lastUpdate=["']([^"']+)/.exec(xml)?.[1];
		if (found === undefined) return;
		lastUpdate = found;
		heard();
	});
	const told = () =>
		new Promise((resolve) => {
			heard = resolve;
		});
	attached.operate(subscribeXml(endpoint));
	await told();
	return {
		close: attached.close,
		async publish(number) {
			attached.operate(
				`<publish publisher='${endpoint}' transID='2' timeStamp='${lastUpdate}'><presence publisher='${endpoint}' lastUpdate='${lastUpdate}'><tuple destination='mailto:${endpoint}?n=${number}' availableUntil='2525-12-31T23:59:59Z' /></presence></publish>`,
			);
			await told();
		},
	};
}

/** Watches over a WebSocket. `told` is given the documents. */
async function webWatcher({ web }, index, told) {
	const socket = new WebSocket(web, "cpp.v1", {
		auth: `${watcherOf(index)}:`,
		localAddress: `127.0.0.${2 + Math.floor(index / PER_ADDRESS)}`,
		perMessageDeflate: false,
	});
	await once(socket, "open");
	const target = `pres:${publisherOf(index)}`;
	const subscribe = { op: "subscribe", target, duration: 86_400 };
	socket.send(JSON.stringify({ ...subscribe, subscriptID: "s", transID: "t" }));
	await new Promise((resolve) => {
		socket.on("message", (text) => {
			const { op, content, ...rest } = JSON.parse(text.toString());
			if (op === "notify") {
				told(Buffer.from(content.base64, "base64").toString());
				resolve();
			} else if (op === "error" || rest.status === "failure") {
				throw new Error(text.toString());
			}
		});
	});
	return { close: () => socket.terminate() };
}

/** Watches over BEEP. */
async function beepWatcher(server, index, told) {
	let first = () => {};
	const attached = await attach(server, watcherOf(index), (xml) => {
		if (!xml.includes("<publish ")) return;
		told(xml);
		first();
	});
	await new Promise((resolve) => {
		first = resolve;
		attached.operate(subscribeXml(publisherOf(index)));
	});
	return attached;
}

/** Publishes in rounds. @returns the server's CPU for them, and how long they took, in seconds */
async function publishAll(server, publishers, from, heardBy) {
	const cpu = cpuOf(server.pid);
	const began = performance.now();
	for (let number = from; number < from + changes; number++) {
		const heard = heardBy(number);
		await Promise.all(publishers.map(({ publish }) => publish(number)));
		await heard;
	}
	return {
		cpu: cpuOf(server.pid) - cpu,
		seconds: (performance.now() - began) / 1000,
	};
}

/** Who has heard what. */
class Ledger {
	#number = 0;
	#left = 0;
	#all = () => {};
	#heard;

	/** @param {number} before the number that was published last */
	constructor(before) {
		this.#heard = new Array(watchers).fill(before);
	}

	told(index, document) {
		const number = Number(/\?n=(\d+)/.exec(document)?.[1]);
		const before = this.#heard[index];
		// the first is the state of before
		if (this.#number === 0 && number === before) return;
		if (number !== before + 1 || number !== this.#number) {
			throw new Error(`${watcherOf(index)} heard ${number} after ${before}`);
		}
		this.#heard[index] = number;
		this.#left -= 1;
		if (this.#left === 0) this.#all();
	}

	/** Resolves when every watcher has heard a number. */
	round(number) {
		this.#number = number;
		this.#left = watchers;
		return new Promise((resolve) => {
			this.#all = resolve;
		});
	}
}

async function measure(watcher) {
	const server = await startServer();
	const publishers = await openAll(endpoints, (index) =>
		publisher(server, index),
	);
	// the compiler has seen everything once
	await publishAll(server, publishers, 1, async () => {});
	const alone = await publishAll(
		server,
		publishers,
		1 + changes,
		async () => {},
	);
	const ledger = new Ledger(2 * changes);
	const watching = await openAll(watchers, (index) =>
		watcher(server, index, (document) => ledger.told(index, document)),
	);
	const heardBy = (number) => ledger.round(number);
	await publishAll(server, publishers, 1 + 2 * changes, heardBy);
	const all = await publishAll(server, publishers, 1 + 3 * changes, heardBy);
	for (const each of [...watching, ...publishers]) each.close();
	await server.stop();
	const notifications = watchers * changes;
	return {
		publish: (alone.cpu / (endpoints * changes)) * 1e6,
		notification: ((all.cpu - alone.cpu) / notifications) * 1e6,
		rate: notifications / all.seconds,
	};
}

process.on("uncaughtException", (error) => {
	console.error(error.message);
	process.exit(1);
});
const figures = [
	["cpp.v1 over WebSocket", await measure(webWatcher)],
	["BEEP", await measure(beepWatcher)],
];
console.log(
	`${watchers} watchers of ${endpoints} endpoints, ${2 * changes} changes of each: every one arrived, once and in order`,
);
for (const [name, { publish, notification, rate }] of figures) {
	console.log(
		`${name.padEnd(22)} ${notification.toFixed(1).padStart(6)} µs of the server's CPU for a notification, ${publish.toFixed(0)} µs for a publish; ${Math.round(rate)} notifications/s`,
	);
}
process.exit();
