import sip, { type SipMessage } from "sip";
import type { GatewayStore } from "../../../src/cpp/index.js";
import {
	type Flow,
	Sip,
	type SipParts,
} from "../../../src/gateways/sip/index.js";
import { type ManualClock, silent } from "../../../src/names/index.js";
import { Bench } from "../../cpp/harness.js";
import { domain } from "../../presence/harness.js";

export const DOMAIN = domain("example.com");

/** A store of dialogs and publications, in memory. */
export class Rows implements GatewayStore {
	readonly map = new Map<string, string>();

	put(key: string, text: string | undefined): void {
		if (text === undefined) this.map.delete(key);
		else this.map.set(key, text);
	}

	async *rows(): AsyncGenerator<[string, string]> {
		yield* [...this.map];
	}
}

/** A message that the gateway sent, and where to. */
export interface Sent {
	readonly to: string;
	readonly message: SipMessage;
	readonly text: string;
}

/** A gateway whose clock, store and network are moved by hand. */
export class SipBench {
	readonly cpp: Bench;
	readonly rows: Rows;
	readonly sip: Sip;
	readonly sent: Sent[] = [];
	/** The status with which NOTIFYs are answered; undefined for silence. */
	answerWith: number | undefined = 200;
	readonly #parts: Partial<SipParts>;

	constructor(
		parts: Partial<SipParts> = {},
		{ cpp = new Bench(), rows = new Rows() } = {},
	) {
		this.cpp = cpp;
		this.rows = rows;
		this.#parts = parts;
		this.sip = new Sip({
			cpp: cpp.cpp,
			clock: cpp.core.clock,
			random: Math.random,
			log: silent,
			domains: [DOMAIN],
			dev: true,
			digest: async () => undefined,
			store: rows,
			...parts,
		});
	}

	static async started(
		parts: Partial<SipParts> = {},
		...names: string[]
	): Promise<SipBench> {
		const bench = new SipBench(parts);
		bench.cpp.core.provision("fred", "wilma", "barney", ...names);
		await bench.start();
		return bench;
	}

	async start(): Promise<void> {
		await this.sip.start({
			open: ({ protocol, host, port }) =>
				this.flow(`${host}:${port}`, protocol),
		});
		await this.settle();
	}

	/** The same after a crash. */
	async restarted(): Promise<SipBench> {
		this.sip.close();
		const bench = new SipBench(this.#parts, {
			cpp: await this.cpp.restarted(),
			rows: this.rows,
		});
		await bench.start();
		return bench;
	}

	get clock(): ManualClock {
		return this.cpp.core.clock;
	}

	flow(to: string, protocol: Flow["protocol"] = "UDP"): Flow {
		const [address = "", port] = to.split(":");
		return {
			...{ protocol, address, port: Number(port), local: "192.0.2.1:5060" },
			closed: false,
			watch: () => () => {},
			send: (octets) => {
				const message = sip.parse(octets);
				const text = octets.toString("latin1");
				if (message === undefined) throw new Error(`not a message:\n${text}`);
				this.sent.push({ to, message, text });
				const answer = this.answerWith;
				if (message.method !== undefined && answer !== undefined) {
					// not before it has been sent
					queueMicrotask(() => this.push(answerTo(text, answer), to));
				}
			},
		};
	}

	/** A datagram comes. */
	push(text: string | Buffer, from = "198.51.100.1:5060"): void {
		const octets =
			typeof text === "string" ? Buffer.from(text, "latin1") : text;
		this.sip.datagram(octets, this.flow(from));
	}

	/** A datagram comes; what the gateway sends because of it. */
	async ask(text: string | Buffer, from?: string): Promise<Sent[]> {
		this.push(text, from);
		return this.heard();
	}

	/** Time passes; what the gateway sends because of that. */
	async after(seconds: number): Promise<Sent[]> {
		this.cpp.advance(seconds);
		return this.heard();
	}

	async heard(): Promise<Sent[]> {
		await this.settle();
		return this.sent.splice(0);
	}

	/** Until nothing more happens by itself. */
	async settle(): Promise<void> {
		for (let turn = 0; turn < 6; turn++) {
			await new Promise(setImmediate);
			this.cpp.core.store.sync();
		}
	}
}

export function answerTo(request: string, status: number): string {
	const fields = request
		.split("\r\n")
		.filter((line) => /^(?:Via|From|To|Call-ID|CSeq):/.test(line))
		.map((line) =>
			/^To:/.test(line) && !/;tag=/.test(line) ? `${line};tag=c` : line,
		);
	return [
		`SIP/2.0 ${status} Said`,
		...fields,
		"Content-Length: 0",
		"",
		"",
	].join("\r\n");
}

let count = 0;

/** A client's side of a dialog, or of no dialog yet. */
export class Client {
	readonly callID = `call${++count}`;
	readonly fromTag = `tag${count}`;
	toTag: string | undefined;
	cSeq = 0;
	readonly who: string;
	readonly whom: string;

	constructor(who = "wilma", whom = "fred") {
		this.who = who;
		this.whom = whom;
	}

	/** The text of a request with a transaction of its own. */
	request(
		method: string,
		fields: Readonly<Record<string, string | number | undefined>> = {},
		body = "",
	): string {
		this.cSeq += 1;
		const tag = this.toTag === undefined ? "" : `;tag=${this.toTag}`;
		const all: Record<string, string | number | undefined> = {
			Via: `SIP/2.0/UDP 198.51.100.1:5060;branch=z9hG4bK${this.callID}-${this.cSeq}`,
			"Max-Forwards": 70,
			From: `<sip:${this.who}@example.com>;tag=${this.fromTag}`,
			To: `<sip:${this.whom}@example.com>${tag}`,
			"Call-ID": this.callID,
			CSeq: `${this.cSeq} ${method}`,
			Contact: `<sip:${this.who}@198.51.100.1:5060>`,
			"Content-Length": Buffer.byteLength(body),
			...fields,
		};
		const lines = Object.entries(all)
			.filter(([, value]) => value !== undefined)
			.map(([name, value]) => `${name}: ${value}`);
		return [
			`${method} sip:${this.whom}@example.com SIP/2.0`,
			...lines,
			"",
			body,
		].join("\r\n");
	}

	subscribe(
		expires: number | undefined = 3600,
		fields: Readonly<Record<string, string | number | undefined>> = {},
	): string {
		return this.request("SUBSCRIBE", {
			Event: "presence",
			Expires: expires,
			...fields,
		});
	}

	publish(
		basic: string | undefined,
		fields: Readonly<Record<string, string | number | undefined>> = {},
	): string {
		const body = basic === undefined ? "" : document(basic);
		return this.request(
			"PUBLISH",
			{
				Event: "presence",
				Expires: 3600,
				Contact: undefined,
				...(body === "" ? {} : { "Content-Type": "application/pidf+xml" }),
				...fields,
			},
			body,
		);
	}

	/** Goes on in the dialog that an answer established. */
	joins(answer: Sent | undefined): this {
		this.toTag = answer?.message.headers.to.params.tag ?? undefined;
		return this;
	}
}

export function document(basic: string, id = "t"): string {
	return (
		"<?xml version='1.0'?>\r\n<presence entity='pres:fred@example.com' " +
		`xmlns="urn:ietf:params:xml:ns:pidf"><tuple id="${id}"><status><basic>${basic}</basic>` +
		`</status><contact>sip:fred@192.0.2.9</contact></tuple></presence>`
	);
}

/** What was sent, one line each: a status, or a NOTIFY's state and what its body says. */
export function lines(sent: readonly Sent[]): string[] {
	return sent.map(({ message }) => {
		if (message.status !== undefined) {
			return `${message.status} ${message.headers.cseq.method}`;
		}
		const basics = [...message.content.matchAll(/basic>\s*(\w+)/g)].map(
			([, it]) => it,
		);
		const state = message.headers["subscription-state"];
		return [message.method, state, ...basics].join(" ");
	});
}

/** A field of what was sent. */
export function field(sent: Sent | undefined, name: string): unknown {
	return sent?.message.headers[name];
}
