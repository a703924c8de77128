/**
 * What a restart costs: how long `apex serve` takes to its ready line, and how much memory it
 * has then, on a data folder with many subscriptions. Afterwards one publish must reach all the
 * subscribers of its subject.
 *
 *     npm run build && node bench/restart.mjs [SUBSCRIPTIONS] [ENDPOINTS]
 *
 * By default 200,000 subscriptions of 20,000 endpoints: each endpoint has an entry and
 * subscribes to ten others. The folder is made through the store and removed in the end.
 * Memory is the resident set that Linux reports.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { connect, openWire } from "../dist/client/index.js";
import { parseEndpoint, silent } from "../dist/names/index.js";
import { LevelStore } from "../dist/store/index.js";
import { cpuOf, residentOf, startProcess } from "./process.mjs";

const DOMAIN = "example.com";
const DAY = 86_400;
const command = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const subscriptions = Number(process.argv[2] ?? 200_000);
const endpoints = Number(process.argv[3] ?? 20_000);
const each = Math.floor(subscriptions / endpoints);

/** @param {number} index */
const named = (index) => toEndpoint(`employee${index % endpoints}@${DOMAIN}`);

/** @param {string} text */
function toEndpoint(text) {
	const endpoint = parseEndpoint(text);
	if (endpoint === undefined) throw new Error(`${text} is no endpoint`);
	return endpoint;
}

/**
 * @param {number} index
 * @returns {import("../dist/presence/index.js").Entry}
 */
function entryOf(index) {
	const publisher = named(index);
	return {
		publisher,
		lastUpdate: Date.now(),
		publisherInfo: `http://www.${DOMAIN}/people/${index}`,
		tuples: [
			{
				destination: `apex:employee${index}/appl=im@${DOMAIN}`,
				availableUntil: "2525-12-31T23:59:59Z",
				tupleInfo: "",
				capabilities: [
					{
						baseline: "http://www.w3.org/TR/html4",
						text: "text/html, text/plain",
					},
				],
			},
			{
				destination: `mailto:employee${index}@${DOMAIN}`,
				availableUntil: "2525-12-31T23:59:59Z",
				tupleInfo: "",
				capabilities: [],
			},
		],
	};
}

/** @param {string} folder */
async function fill(folder) {
	const store = await LevelStore.open(folder, {
		log: silent,
		failed: (error) => {
			throw error;
		},
	});
	const now = Date.now();
	for (let index = 0; index < endpoints; index++) {
		const subject = named(index);
		store.commit({ subject, entry: entryOf(index) }, 0, () => {});
	}
	for (let nth = 1; nth <= each; nth++) {
		for (let index = 0; index < endpoints; index++) {
			const subject = named(index);
			const duration = DAY + ((index * 7919) % DAY);
			const ends = now + duration * 1000;
			const originator = named(index + nth);
			const id = String(1 + ((index * 48_271 + nth * 69_621) % 2147483646));
			const begins = /** @type {const} */ ({
				...{ kind: "subscribe", face: "apex" },
				...{ originator, id, subject, duration, ends },
			});
			store.commit({ subject, begins }, nth, () => {});
		}
		// one layer at a time, so that the queue stays short
		await new Promise((resolve) => store.settled(() => resolve(undefined)));
	}
	await store.close();
}

/**
 * Attaches as a subscriber.
 *
 * @param {import("../dist/client/index.js").WireAddress} address
 * @param {string} endpoint
 * @param {string} mark what the update holds that is waited for
 * @returns {Promise<{ updated: Promise<void>, drop(): void }>}
 */
function attach(address, endpoint, mark) {
	return new Promise((resolve, reject) => {
		/** @type {() => void} */
		let hear = () => {};
		/** @type {Promise<void>} */
		const updated = new Promise((heard) => {
			hear = heard;
		});
		const opening = openWire(address, (arrival) => {
			opening.then((wire) => {
				if (arrival.kind === "RPY") resolve({ updated, drop: wire.drop });
				else if (arrival.kind === "MSG") {
					wire.answer("RPY", "<ok />");
					if (arrival.xml.includes(mark)) hear();
				} else reject(new Error(`${endpoint}: ${JSON.stringify(arrival)}`));
			});
		});
		opening.then((wire) => {
			wire.send(`<attach endpoint='${endpoint}' transID='1' />`);
		}, reject);
	});
}

/**
 * Publishes once, and waits until all subscribers have heard.
 *
 * @param {import("../dist/client/index.js").WireAddress} address
 */
async function sample(address) {
	const subject = 0;
	const mark = `mailto:sample@${DOMAIN}`;
	const subscribers = await Promise.all(
		Array.from({ length: each }, (_, nth) =>
			attach(address, named(subject + nth + 1), mark),
		),
	);
	const client = await connect(address);
	const publisher = await client.attach(named(subject));
	await publisher.publish({
		publisher: named(subject),
		tuples: [{ destination: mark, availableUntil: "2525-12-31T23:59:59Z" }],
	});
	await Promise.all(subscribers.map(({ updated }) => updated));
	for (const { drop } of subscribers) drop();
	await client.close();
	return subscribers.length;
}

const folder = await mkdtemp(join(tmpdir(), "apex-restart-"));
try {
	console.log(`${endpoints} endpoints, ${endpoints * each} subscriptions`);
	await fill(folder);
	const began = performance.now();
	const options = ["--dev", "--domain", DOMAIN, "--listen", "127.0.0.1:0"];
	const { pid, match, stop } = await startProcess(
		process.execPath,
		[command, "serve", ...options, "--data", folder],
		/"ready on (.*):(\d+)"/,
	);
	const seconds = (performance.now() - began) / 1000;
	console.log(`ready after  ${seconds.toFixed(2)} s`);
	console.log(`processor    ${cpuOf(pid).toFixed(2)} s`);
	console.log(`resident     ${(residentOf(pid) / 1e6).toFixed(0)} MB`);
	const address = { host: String(match[1]), port: Number(match[2]) };
	try {
		console.log(`reached      ${await sample(address)} subscribers of one`);
	} finally {
		await stop();
	}
} finally {
	await rm(folder, { recursive: true, force: true });
}
