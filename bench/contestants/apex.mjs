// This server: subscribers are attached endpoints, a notification is a MSG that each acknowledges.
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startProcess } from "../process.mjs";

export const name = "apex-presence";

const TYPE = "Content-Type: application/beep+xml\r\n\r\n";
const OK = `${TYPE}<ok />`;
const WINDOW = 65536;

export async function start() {
	const data = mkdtempSync(join(tmpdir(), "apex-bench-"));
	const server = await startProcess(
		process.execPath,
		[
			"dist/cli/main.js",
			"serve",
			"--dev",
			"--data",
			data,
			"--listen",
			"127.0.0.1:0",
		],
		/"listen":"127\.0\.0\.1:(\d+)"/,
	);
	const port = Number(server.match[1]);
	// there is nobody to subscribe to before he has attached once
	(await publisher(port)).close();
	return {
		pid: server.pid,
		port,
		async stop() {
			await server.stop();
			rmSync(data, { recursive: true });
		},
	};
}

/**
 * A client of just enough BEEP: it acknowledges each MSG, and keeps the server's window open.
 */
class Endpoint {
	#socket;
	#rest = Buffer.alloc(0);
	#received = [0, 0];
	#advertised = [4096, 4096];
	#sent = [0, 0];
	#msgno = [1, 0];
	#replies = [new Map(), new Map()];
	#pieces = "";
	onData = (_text) => {};

	constructor(socket) {
		this.#socket = socket;
		socket.on("data", (octets) => this.#read(octets));
		this.#frame("RPY", 0, 0, `${TYPE}<greeting />`);
		this.#flush();
	}

	static open(port) {
		return new Promise((resolve, reject) => {
			const socket = connect({ port, host: "127.0.0.1", noDelay: true });
			socket.once("error", reject);
			socket.once("connect", () => resolve(new Endpoint(socket)));
		});
	}

	async attach(endpoint) {
		await this.#ask(
			0,
			`${TYPE}<start number='1'><profile uri='http://iana.org/beep/APEX' /></start>`,
		);
		await this.#ask(1, `${TYPE}<attach endpoint='${endpoint}' transID='1' />`);
		this.endpoint = endpoint;
	}

	/** Sends an operation to the presence service. */
	operate(element) {
		return this.#ask(
			1,
			`${TYPE}<data content='#C'><originator identity='${this.endpoint}' /><recipient identity='apex=presence@example.com' /><data-content Name='C'>${element}</data-content></data>`,
		);
	}

	close() {
		this.#socket.destroy();
	}

	#ask(channel, payload) {
		const msgno = this.#msgno[channel]++;
		this.#frame("MSG", channel, msgno, payload);
		this.#flush();
		return new Promise((resolve) => {
			this.#replies[channel].set(msgno, resolve);
		});
	}

	#frame(keyword, channel, msgno, payload) {
		this.#pieces += `${keyword} ${channel} ${msgno} . ${this.#sent[channel]} ${payload.length}\r\n${payload}END\r\n`;
		this.#sent[channel] += payload.length;
	}

	#flush() {
		if (this.#pieces !== "") this.#socket.write(this.#pieces, "latin1");
		this.#pieces = "";
	}

	#read(octets) {
		let rest =
			this.#rest.length === 0 ? octets : Buffer.concat([this.#rest, octets]);
		for (;;) {
			const end = rest.indexOf(10);
			if (end < 0) break;
			const words = rest.latin1Slice(0, end - 1).split(" ");
			if (words[0] === "SEQ") {
				rest = rest.subarray(end + 1);
				continue;
			}
			const size = Number(words[5]);
			if (rest.length < end + 1 + size + 5) break;
			const channel = Number(words[1]);
			this.#received[channel] += size;
			if (words[0] === "MSG") {
				this.#frame("RPY", channel, Number(words[2]), OK);
				this.onData(rest.latin1Slice(end + 1, end + 1 + size));
			} else {
				const replies = this.#replies[channel];
				replies.get(Number(words[2]))?.();
				replies.delete(Number(words[2]));
			}
			rest = rest.subarray(end + 1 + size + 5);
		}
		this.#rest = rest;
		for (const channel of [0, 1]) {
			const left = this.#advertised[channel] - this.#received[channel];
			if (left > WINDOW / 2 || this.#received[channel] === 0) continue;
			this.#advertised[channel] = this.#received[channel] + WINDOW;
			if (channel === 0) continue;
			this.#pieces += `SEQ ${channel} ${this.#received[channel]} ${WINDOW}\r\n`;
		}
		this.#flush();
	}
}

/** Subscribes to fred. `told` is called for each change after the first entry. */
export async function subscriber(port, number, told) {
	const endpoint = await Endpoint.open(port);
	await endpoint.attach(`s${number}@example.com`);
	await new Promise((resolve) => {
		endpoint.onData = (text) => {
			if (text.includes("<publish")) resolve();
		};
		endpoint.operate(
			"<subscribe publisher='fred@example.com' duration='86400' transID='1' />",
		);
	});
	endpoint.onData = told;
	return endpoint;
}

export async function publisher(port) {
	const endpoint = await Endpoint.open(port);
	await endpoint.attach("fred@example.com");
	const poll = () =>
		new Promise((resolve) => {
			endpoint.onData = (text) => resolve(/lastUpdate="([^"]+)"/.exec(text)[1]);
			endpoint.operate(
				"<subscribe publisher='fred@example.com' duration='0' transID='9' />",
			);
		});
	let number = 0;
	return {
		/** Resolves when the service has answered 250. */
		async publish() {
			const lastUpdate = await poll();
			number += 1;
			await new Promise((resolve, reject) => {
				endpoint.onData = (text) => {
					if (text.includes('code="250"')) resolve();
					else reject(new Error(text));
				};
				endpoint.operate(
					`<publish publisher='fred@example.com' transID='8' timeStamp='${lastUpdate}'><presence publisher='fred@example.com' lastUpdate='${lastUpdate}' publisherInfo='http://www.example.com/${number}'><tuple destination='apex:fred/appl=im@example.com' availableUntil='2525-12-31T23:59:59Z' /></presence></publish>`,
				);
			});
		},
		close: () => endpoint.close(),
	};
}
