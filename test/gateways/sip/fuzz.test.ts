import { createSocket } from "node:dgram";
import { once } from "node:events";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { ManualClock } from "../../../src/names/index.js";
import { answerTo, Client, document } from "./harness.js";
import { startLive } from "./live.js";

/** The long form: SIP_FUZZ=100000. */
const DATAGRAMS = Number(process.env.SIP_FUZZ ?? 5000);
/** As many in flight as the buffers of the system hold. */
const BURST = 50;

/** A source of numbers that can be repeated: mulberry32. */
function numbers(seed: number): (below: number) => number {
	let state = seed;
	return (below) => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
	};
}

/** One of a few changes at a random place. */
function mutate(octets: Buffer, below: (most: number) => number): Buffer {
	const at = below(octets.length + 1);
	const length = below(40);
	const [before, after] = [octets.subarray(0, at), octets.subarray(at)];
	switch (below(6)) {
		case 0:
			return Buffer.concat([before, octets.subarray(at + length)]);
		case 1:
			return Buffer.concat([
				before,
				Buffer.from(Array.from({ length }, () => below(256))),
				after,
			]);
		case 2:
			return Buffer.concat([before, octets.subarray(at, at + length), after]);
		case 3:
			return before;
		case 4: {
			const copy = Buffer.from(octets);
			for (let count = 0; count < 3; count++)
				copy[below(copy.length)] = below(256);
			return copy;
		}
		default:
			return Buffer.concat([
				before,
				Buffer.from(
					[";", ",", '"', "<", ">", ":", "\r\n", "="][below(8)] ?? "",
				),
				after,
			]);
	}
}

test(`${DATAGRAMS} mutated datagrams: the server still answers, and keeps no more than its limits say`, async () => {
	const limits = {
		sipTransactions: 1000,
		sipDialogs: 200,
		sipDialogsPerWatcher: 50,
		sipPublications: 4,
	};
	const clock = new ManualClock(Date.UTC(2000, 4, 14));
	const live = await startLive(["fred", "wilma"], { limits, clock });
	const socket = createSocket("udp4");
	socket.bind(0, "127.0.0.1");
	await once(socket, "listening");
	const { port } = socket.address();
	const below = numbers(20240607);
	const via = (branch: string) => ({
		Via: `SIP/2.0/UDP 127.0.0.1:${port};branch=${branch}`,
	});
	const contact = { Contact: `<sip:wilma@127.0.0.1:${port}>` };
	const send = (octets: Buffer | string) =>
		new Promise<void>((sent) =>
			socket.send(octets, live.listener.port, "127.0.0.1", () => sent()),
		);

	// a watcher that is gone makes room for the next
	socket.on("message", (octets) => {
		const text = octets.toString("latin1");
		if (!text.startsWith("NOTIFY")) return;
		const answer = Buffer.from(answerTo(text, 481), "latin1");
		void send(below(2) === 0 ? answer : mutate(answer, below));
	});

	/** Asks, and again as RFC 3261 §17.1.2.2 has it, until there is an answer. */
	const answers = (branch: string): Promise<void> =>
		new Promise((resolve) => {
			const ask = () => send(new Client().request("INVITE", via(branch)));
			const again = setInterval(ask, 500);
			const listener = (octets: Buffer): void => {
				if (!octets.includes(branch)) return;
				socket.off("message", listener);
				clearInterval(again);
				resolve();
			};
			socket.on("message", listener);
			void ask();
		});

	let memory = 0;
	for (let count = 0; count < DATAGRAMS; count++) {
		const branch = `z9hG4bK${count}`;
		const client = new Client();
		const seeds = [
			() => client.subscribe(3600, { ...via(branch), ...contact }),
			() => client.publish("open", via(branch)),
			() =>
				new Client("fred", "fred").request("REGISTER", {
					...via(branch),
					Contact: `<sip:fred@192.0.2.1:${below(9)}>`,
				}),
			() =>
				client.subscribe(60, {
					...via(branch),
					...contact,
					Event: "presence.winfo",
					Accept: "application/watcherinfo+xml",
				}),
			() => `SIP/2.0 200 OK\r\n${document("open")}\r\n\r\n`,
		];
		const seed = Buffer.from(seeds[below(seeds.length)]?.() ?? "", "latin1");
		let octets: Buffer = seed;
		for (let times = below(4); times > 0; times--)
			octets = mutate(octets, below);
		await send(octets);
		if (count % BURST === BURST - 1) {
			await answers(`z9hG4bKalive${count}`);
			// those that have been answered end, and others are taken
			clock.advance(33_000);
		}
		if (count === Math.floor(DATAGRAMS / 2)) memory = used();
	}
	await answers("z9hG4bKlast");
	const { dialogs, publications, registrations, requests } = live.sip.figures;
	expect(dialogs).toBeLessThanOrEqual(limits.sipDialogs);
	expect(publications).toBeLessThanOrEqual(2 * limits.sipPublications);
	// enough has been understood for the rest to mean something
	expect(registrations).toBeGreaterThan(0);
	for (const method of ["SUBSCRIBE", "PUBLISH", "REGISTER"]) {
		expect(requests.get(method)).toBeGreaterThan(DATAGRAMS / 50);
	}
	// what half of the datagrams left behind is not there twice
	expect(used() - memory).toBeLessThan(8 * 1024 * 1024);
	socket.close();
	await live.close();
});

function used(): number {
	setFlagsFromString("--expose-gc");
	runInNewContext("gc")();
	return process.memoryUsage().heapUsed;
}
