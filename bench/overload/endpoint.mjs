// An endpoint of just enough BEEP and APEX that can stop reading, in the midst of everything.
import { connect } from "node:net";

const TYPE = "Content-Type: application/beep+xml\r\n\r\n";
const OK = `${TYPE}<ok />`;
const SUBJECT = "fred@example.com";
const SERVICE = "apex=presence@example.com";

/** What a window is before anybody has said otherwise, RFC 3081 §3.1.1, in octets. */
export const INITIAL_WINDOW = 4096;
/** As wide as a window can be, in octets. */
export const WIDEST_WINDOW = 2 ** 31 - 1;

/** An update of the subject, as an endpoint hears of it. */
const UPDATE = /lastUpdate="([^"]+)".*publisherInfo="[^"]*\/(\d+)"/s;

export class Endpoint {
	#socket;
	#name;
	#window;
	#rest = Buffer.alloc(0);
	#received = [0, 0];
	/** The frames so far of a message that takes several. */
	#begun = ["", ""];
	#advertised = [INITIAL_WINDOW, INITIAL_WINDOW];
	#sent = [0, 0];
	#msgno = [1, 0];
	#replies = [new Map(), new Map()];
	#pieces = "";
	/** Called for every update, with its lastUpdate and the number that `change` gave it. */
	onUpdate = (_lastUpdate, _number) => {};
	/** Called for every `reply` of the service, with its code. */
	onReply = (_code) => {};
	/** Called when the connection has ended, for whatever reason. */
	onEnd = () => {};

	/**
	 * Connects and attaches.
	 *
	 * @param {number} port
	 * @param {string} name
	 * @param {number} [window] what the server may send without being told that it has arrived, in octets
	 */
	static async attach(port, name, window = 65_536) {
		const endpoint = new Endpoint(port, name, window);
		await endpoint.#ask(
			0,
			"<start number='1'><profile uri='http://iana.org/beep/APEX' /></start>",
		);
		if (window > INITIAL_WINDOW) endpoint.#advertise();
		await endpoint.#ask(1, `<attach endpoint='${name}' transID='1' />`);
		return endpoint;
	}

	constructor(port, name, window) {
		this.#name = name;
		this.#window = window;
		this.#socket = connect({ port, host: "127.0.0.1", noDelay: true });
		this.#socket.on("data", (octets) => this.#read(octets));
		this.#socket.on("error", () => {});
		this.#socket.on("close", () => this.onEnd());
		this.#frame("RPY", 0, 0, `${TYPE}<greeting />`);
		this.#flush();
	}

	/** Subscribes. @returns the lastUpdate of the first update */
	subscribe() {
		this.#operate(
			`<subscribe publisher='${SUBJECT}' duration='86400' transID='1' />`,
		);
		return new Promise((resolve) => {
			this.onUpdate = resolve;
		});
	}

	/** Changes the state of its own entry. @returns when the service has answered 250 */
	change(lastUpdate, number) {
		this.#operate(
			`<publish publisher='${SUBJECT}' transID='8' timeStamp='${lastUpdate}'><presence publisher='${SUBJECT}' lastUpdate='${lastUpdate}' publisherInfo='http://www.example.com/${number}'><tuple destination='apex:fred/appl=im@example.com' availableUntil='2525-12-31T23:59:59Z' /></presence></publish>`,
		);
		return new Promise((resolve, reject) => {
			this.onReply = (code) => {
				if (code === "250") resolve();
				else reject(new Error(`the service answered ${code}`));
			};
		});
	}

	/** Stops reading, and so answering and widening the window too. */
	stall() {
		this.#socket.pause();
	}

	/** Reads again, and answers everything. */
	resume() {
		this.#socket.resume();
	}

	close() {
		this.#socket.destroy();
	}

	#operate(element) {
		this.#ask(
			1,
			`<data content='#C'><originator identity='${this.#name}' /><recipient identity='${SERVICE}' /><data-content Name='C'>${element}</data-content></data>`,
		);
	}

	#ask(channel, xml) {
		const msgno = this.#msgno[channel]++;
		this.#frame("MSG", channel, msgno, TYPE + xml);
		this.#flush();
		return new Promise((resolve) => {
			this.#replies[channel].set(msgno, resolve);
		});
	}

	#frame(keyword, channel, msgno, payload) {
		this.#pieces += `${keyword} ${channel} ${msgno} . ${this.#sent[channel]} ${payload.length}\r\n${payload}END\r\n`;
		this.#sent[channel] += payload.length;
	}

	#advertise() {
		this.#advertised[1] = this.#received[1] + this.#window;
		this.#pieces += `SEQ 1 ${this.#received[1]} ${this.#window}\r\n`;
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
			const payload = rest.latin1Slice(end + 1, end + 1 + size);
			rest = rest.subarray(end + 1 + size + 5);
			this.#take(words, payload);
		}
		this.#rest = rest;
		const left = this.#advertised[1] - this.#received[1];
		if (this.#received[1] > 0 && left < this.#window / 2) this.#advertise();
		this.#flush();
	}

	#take([keyword, number, msgno, more], octets) {
		const channel = Number(number);
		this.#received[channel] += octets.length;
		this.#begun[channel] += octets;
		if (more === "*") return;
		const payload = this.#begun[channel];
		this.#begun[channel] = "";
		if (keyword !== "MSG") {
			const replies = this.#replies[channel];
			replies.get(Number(msgno))?.();
			replies.delete(Number(msgno));
			return;
		}
		this.#frame("RPY", channel, Number(msgno), OK);
		const code = /<reply code="(\d+)"/.exec(payload)?.[1];
		if (code !== undefined) this.onReply(code);
		if (!payload.includes("<publish")) return;
		const [, lastUpdate, change] = UPDATE.exec(payload) ?? [];
		this.onUpdate(
			lastUpdate ?? /lastUpdate="([^"]+)"/.exec(payload)[1],
			Number(change ?? 0),
		);
	}
}
