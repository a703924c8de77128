import { connect } from "node:net";
import { Dice } from "./dice.mjs";
import { Peer } from "./peer.mjs";

/** Frames that are written at once, at most. */
const BURST = 6;
/** How long the server is listened to between two writes, in milliseconds. */
const PATIENCE = 50;

/**
 * One session of mutated frames over a socket; over when the server ends it, or when all was
 * said.
 *
 * @param {{port: number, dice: Dice, recent: string[], tally: (what: string) => void, opened: (port: number, peer: Peer) => void}} options
 * @returns {Promise<{peer: Peer, how: string, frames: number, mutated: number}>}
 * @throws Error where the server does not accept the connection, or says what is no BEEP
 */
export function attack({ port, dice, recent, tally, opened }) {
	return new Promise((resolve, reject) => {
		const peer = new Peer(new Dice(dice.int(2 ** 32)), recent, tally);
		const socket = connect({ host: "127.0.0.1", port, noDelay: true });
		let timer;
		let connected = false;
		let how = "by the server";
		const counts = { frames: 0, mutated: 0 };
		const say = () => {
			clearTimeout(timer);
			if (socket.writableEnded || socket.destroyed) return;
			const octets = [];
			const burst = peer.channels.length === 0 ? 1 : BURST;
			for (let left = 1 + dice.int(burst); left > 0; left -= 1) {
				const said = peer.next();
				if (said === undefined) {
					last(octets);
					return;
				}
				counts.frames += 1;
				if (said.mutated) counts.mutated += 1;
				octets.push(said.octets);
			}
			write(octets);
			timer = setTimeout(say, PATIENCE);
		};
		const write = (octets) => {
			const whole = Buffer.from(octets.join(""), "latin1");
			const at = dice.once(10) ? dice.int(whole.length) : whole.length;
			socket.write(whole.subarray(0, at));
			if (at < whole.length) socket.write(whole.subarray(at));
		};
		/** In order, without a word, or with a reset. */
		const last = (octets) => {
			write(octets);
			how = dice.pick(["end", "destroy", "reset"]);
			if (how === "end") socket.end();
			else if (how === "destroy") socket.destroy();
			else socket.resetAndDestroy();
			timer = setTimeout(() => socket.destroy(), 20 * PATIENCE);
		};
		socket.once("connect", () => {
			connected = true;
			opened(socket.localPort, peer);
			say();
		});
		socket.on("data", (octets) => {
			try {
				peer.hear(octets.latin1Slice());
			} catch (error) {
				socket.destroy();
				reject(error);
				return;
			}
			clearTimeout(timer);
			timer = setTimeout(say, 0);
		});
		socket.on("error", (error) => {
			if (!connected) reject(error);
		});
		socket.once("close", () => {
			clearTimeout(timer);
			resolve({ peer, how, ...counts });
		});
	});
}
