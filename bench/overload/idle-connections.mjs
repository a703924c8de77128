// Connections that get nowhere, in a process of their own: they occupy places, or try to.
import { connect } from "node:net";
import { performance } from "node:perf_hooks";
import { setTimeout as after } from "node:timers/promises";

/** Connections that may be under way at once: a listener's queue is not what is tried here. */
const AT_ONCE = 200;
/** Between two octets of one connection, in milliseconds. */
const BETWEEN = 1000;

const PAYLOAD = "Content-Type: application/beep+xml\r\n\r\n<greeting />";
const GREETING = `RPY 0 0 . 0 ${PAYLOAD.length}\r\n${PAYLOAD}END\r\n`;
const START = `MSG 0 1 . ${PAYLOAD.length} 127\r\nContent-Type: application/beep+xml\r\n\r\n<start number='1'>`;

/** What they say at once, and what they say octet by octet. */
const KINDS = [
	{ name: "silent", atOnce: "", slowly: "" },
	{ name: "greets slowly", atOnce: "", slowly: GREETING },
	{ name: "starts slowly", atOnce: GREETING, slowly: START },
];

const lives = [];

/** @returns once it is let in, or refused */
function open(port, { name, atOnce, slowly }) {
	const socket = connect({ port, host: "127.0.0.1", noDelay: true });
	const began = performance.now();
	let greeted;
	let said = 0;
	const timer = setInterval(() => {
		if (said < slowly.length) socket.write(slowly[said++]);
	}, BETWEEN);
	socket.on("error", () => {});
	if (atOnce !== "") socket.write(atOnce);
	socket.on("data", (octets) => {
		// a listener that is unavailable sends an ERR, RFC 3080 §2.4
		if (octets.latin1Slice(0, 3) === "RPY") greeted ??= performance.now();
	});
	lives.push(
		new Promise((resolve) => {
			socket.on("close", () => {
				clearInterval(timer);
				const now = performance.now();
				resolve({
					...{ name, sinceOpened: (now - began) / 1000 },
					sinceGreeted: greeted && (now - greeted) / 1000,
				});
			});
		}),
	);
	return new Promise((resolve) => {
		socket.once("data", resolve);
		socket.once("close", resolve);
	});
}

const orders = {
	/** Opens all of them. @returns once every one has been tried */
	async open({ port, count }) {
		let tried = 0;
		const worker = async () => {
			while (tried < count) await open(port, KINDS[tried++ % KINDS.length]);
		};
		await Promise.all(Array.from({ length: AT_ONCE }, worker));
		return {};
	},

	/** @returns how long each lived that the server has ended before `seconds` have gone by */
	async ended({ seconds }) {
		const gaveUp = new AbortController();
		const late = after(seconds * 1000, "late", { signal: gaveUp.signal });
		const ended = [];
		for (const life of lives) {
			const one = await Promise.race([life, late]);
			if (one !== "late") ended.push(one);
		}
		gaveUp.abort();
		return ended;
	},
};

process.on("message", async ({ order, ...details }) => {
	process.send(await orders[order](details));
});
process.on("disconnect", () => process.exit());
