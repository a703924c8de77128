// Just enough BEEP: frames in both directions, within the windows of both, on channel 0 and
// one channel of APEX. Every MSG is acknowledged.
import { connect } from "node:net";
import { connect as secure } from "node:tls";
import { mustStay, open } from "./socket.mjs";

const TYPE = "Content-Type: application/beep+xml\r\n\r\n";
const OK = `${TYPE}<ok />`;
const INITIAL_WINDOW = 4096;
const WINDOW = 256 * 1024;

/** What is sent on one channel and received from it. */
class Channel {
	received = 0;
	advertised = INITIAL_WINDOW;
	sent = 0;
	allowed = INITIAL_WINDOW;
	msgno;
	replies = new Map();
	queue = [];
	pieces = [];

	constructor(first) {
		this.msgno = first;
	}
}

export class Endpoint {
	#socket;
	#rest;
	#channels = [new Channel(1), new Channel(0)];
	#out = "";
	#transID = 0;
	/** Called with the octets of each MSG of the server; they may not be kept. */
	onMessage = (_octets) => {};

	constructor({ socket, onOctets }) {
		this.#socket = socket;
		onOctets((octets) => this.#read(octets));
		this.#send("RPY", 0, 0, `${TYPE}<greeting />`);
		this.#flush();
	}

	/** @param {{ port: number, tls?: boolean }} where */
	static async open({ port, tls = false }) {
		return tls ? Endpoint.#secure(port) : new Endpoint(await open(port));
	}

	static async #secure(port) {
		const plain = connect({ port, host: "127.0.0.1", noDelay: true });
		await new Promise((resolve, reject) => {
			plain.once("connect", resolve).once("error", reject);
		});
		const first = new Endpoint({
			socket: plain,
			onOctets: (read) => plain.on("data", read),
		});
		await first.#ask(
			0,
			`${TYPE}<start number='1'><profile uri='http://iana.org/beep/TLS'><![CDATA[<ready />]]></profile></start>`,
		);
		plain.removeAllListeners("data");
		const socket = secure({ socket: plain, rejectUnauthorized: false });
		await new Promise((resolve, reject) => {
			socket.once("secureConnect", resolve).once("error", reject);
		});
		mustStay(socket);
		return new Endpoint({
			socket,
			onOctets: (read) => socket.on("data", read),
		});
	}

	/** Starts a channel of APEX. */
	start() {
		return this.#ask(
			0,
			`${TYPE}<start number='1'><profile uri='http://iana.org/beep/APEX' /></start>`,
		);
	}

	attach(endpoint) {
		this.endpoint = endpoint;
		this.#transID += 1;
		const transID = this.#transID;
		return this.ask(`<attach endpoint='${endpoint}' transID='${transID}' />`);
	}

	/** Sends an element of APEX. */
	ask(element) {
		return this.#ask(1, `${TYPE}${element}`);
	}

	/** Sends a MSG of any kind. */
	askWith(payload) {
		return this.#ask(1, payload);
	}

	/** Sends an operation to the presence service. */
	operate(element, from = this.endpoint) {
		return this.ask(
			`<data content='#C'><originator identity='${from}' /><recipient identity='apex=presence@example.com' /><data-content Name='C'>${element}</data-content></data>`,
		);
	}

	close() {
		this.#socket.destroy();
	}

	#ask(channel, payload) {
		const { replies, msgno } = this.#channels[channel];
		this.#channels[channel].msgno += 1;
		this.#send("MSG", channel, msgno, payload);
		this.#flush();
		return new Promise((resolve, reject) => {
			replies.set(msgno, { resolve, reject });
		});
	}

	#send(keyword, number, msgno, payload) {
		const channel = this.#channels[number];
		const { queue, allowed, sent } = channel;
		if (queue.length > 0 || sent + payload.length > allowed) {
			queue.push({ keyword, msgno, payload });
			this.#pump(number);
			return;
		}
		channel.sent += payload.length;
		this.#out += `${keyword} ${number} ${msgno} . ${sent} ${payload.length}\r\n${payload}END\r\n`;
	}

	#pump(number) {
		const channel = this.#channels[number];
		while (channel.queue.length > 0) {
			const [first] = channel.queue;
			const { keyword, msgno, payload } = first;
			const size = Math.min(payload.length, channel.allowed - channel.sent);
			if (size === 0) return;
			const more = size < payload.length ? "*" : ".";
			this.#out += `${keyword} ${number} ${msgno} ${more} ${channel.sent} ${size}\r\n${payload.slice(0, size)}END\r\n`;
			channel.sent += size;
			if (more === ".") channel.queue.shift();
			else first.payload = payload.slice(size);
		}
	}

	#flush() {
		if (this.#out === "") return;
		this.#socket.write(this.#out, "latin1");
		this.#out = "";
	}

	#read(octets) {
		const all =
			this.#rest === undefined ? octets : Buffer.concat([this.#rest, octets]);
		let at = 0;
		for (;;) {
			const end = all.indexOf(10, at);
			if (end < 0) break;
			const words = all.latin1Slice(at, end - 1).split(" ");
			const channel = this.#channels[words[1]];
			if (words[0] === "SEQ") {
				channel.allowed = Number(words[2]) + Number(words[3]);
				this.#pump(Number(words[1]));
				at = end + 1;
				continue;
			}
			const size = Number(words[5]);
			const next = end + 1 + size + 5;
			if (all.length < next) break;
			channel.received += size;
			this.#take(words, channel, all.subarray(end + 1, end + 1 + size));
			at = next;
		}
		// the memory of `octets` is about to be used again
		this.#rest = at < all.length ? Buffer.from(all.subarray(at)) : undefined;
		this.#advertise();
		this.#flush();
	}

	#take([keyword, number, msgno, more], channel, octets) {
		if (more === "*" || channel.pieces.length > 0) {
			channel.pieces.push(Buffer.from(octets));
			if (more === "*") return;
			const whole = Buffer.concat(channel.pieces);
			channel.pieces = [];
			this.#take([keyword, number, msgno, more], channel, whole);
		} else if (keyword === "MSG") {
			this.#send("RPY", number, msgno, OK);
			this.onMessage(octets);
		} else {
			const reply = channel.replies.get(Number(msgno));
			channel.replies.delete(Number(msgno));
			const text = octets.latin1Slice();
			if (keyword === "RPY") reply?.resolve(text);
			else reply?.reject(new Error(text));
		}
	}

	/** Channel 0 carries little: the window that it has at first is enough. */
	#advertise() {
		const channel = this.#channels[1];
		const { received, advertised } = channel;
		if (received === 0 || advertised - received > WINDOW / 2) return;
		channel.advertised = received + WINDOW;
		this.#out += `SEQ 1 ${received} ${WINDOW}\r\n`;
	}
}
