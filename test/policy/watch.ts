// Peers on loopback, and sessions that are watched by a clock which stands still.

import { connect, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import {
	CONNECTION_LIMITS,
	type ConnectionLimits,
	listen,
	Session,
} from "../../src/beep/index.js";
import { ManualClock, silent } from "../../src/names/index.js";
import { Sessions } from "../../src/policy/index.js";

/** Lets the sockets have their turn. */
export const turn = (): Promise<void> =>
	new Promise((done) => setImmediate(done));

export async function until(holds: () => boolean): Promise<void> {
	while (!holds()) await turn();
}

/** A peer whose octets are the test's to say. */
export class Peer {
	readonly socket: Socket;
	heard = "";
	closed = false;

	constructor(socket: Socket) {
		this.socket = socket;
		socket.on("data", (octets: Buffer) => {
			this.heard += octets.toString("latin1");
		});
		socket.on("error", () => {});
		socket.on("close", () => {
			this.closed = true;
		});
		onTestFinished(() => {
			socket.destroy();
		});
	}

	async hear(expected: RegExp): Promise<void> {
		await until(() => expected.test(this.heard));
	}

	greet(): void {
		this.socket.write(
			"RPY 0 0 . 0 50\r\nContent-Type: application/beep+xml\r\n\r\n<greeting />END\r\n",
		);
	}
}

/** A listener whose sessions are watched. */
export class Watch {
	readonly clock = new ManualClock(1_000_000);
	readonly lines: Record<string, unknown>[] = [];
	readonly accepted: Socket[] = [];
	readonly served: Session[] = [];
	readonly attached = new Set<Session>();
	readonly sessions: Sessions;
	#port = 0;

	private constructor(limits: Partial<ConnectionLimits>) {
		const line = (fields: object): void => {
			this.lines.push({ ...fields });
		};
		this.sessions = new Sessions({
			clock: this.clock,
			log: { ...silent, info: line, warn: line },
			limits: { ...CONNECTION_LIMITS, ...limits },
			counts: (session) => this.attached.has(session),
		});
		this.sessions.start();
		onTestFinished(() => this.sessions.close("the test is over"));
	}

	static async open(limits: Partial<ConnectionLimits> = {}): Promise<Watch> {
		const watch = new Watch(limits);
		const server = await listen({ host: "127.0.0.1", port: 0 }, (socket) => {
			watch.accepted.push(socket);
			const { remoteAddress: address, remotePort: port } = socket;
			if (!watch.sessions.admits(socket, { address, port })) return;
			const session = new Session(socket, { role: "listener" });
			watch.sessions.add(session, address);
			watch.served.push(session);
		});
		onTestFinished(() => {
			server.close();
		});
		const address = server.address();
		if (address === null || typeof address === "string") throw new Error();
		watch.#port = address.port;
		return watch;
	}

	/** Connects, and says nothing. */
	async dial(from = "127.0.0.1"): Promise<Socket> {
		const before = this.accepted.length;
		const socket = connect({
			host: "127.0.0.1",
			port: this.#port,
			localAddress: from,
		});
		// it may be reset before it knows that it was connected
		socket.on("error", () => {});
		await until(() => this.accepted.length > before);
		return socket;
	}

	/** Somebody who says nothing. */
	async stranger(from?: string): Promise<Peer> {
		return new Peer(await this.dial(from));
	}

	/** Somebody who has greeted and is known, with the session that it has here. */
	async known(): Promise<{ peer: Peer; session: Session }> {
		const peer = await this.stranger();
		peer.greet();
		const session = this.latest;
		await session.greeting;
		authenticate(session);
		return { peer, session };
	}

	/** The session of whoever came in last. */
	get latest(): Session {
		const session = this.served.at(-1);
		if (session === undefined) throw new Error("nobody has come in");
		return session;
	}

	/** Lets seconds pass, in each of which the sockets have their turn. */
	async seconds(number: number, each: () => void = () => {}): Promise<void> {
		for (let at = 0; at < number; at++) {
			each();
			this.clock.advance(1000);
			await turn();
		}
	}
}

export function authenticate(session: Session): void {
	session.authenticated({ mechanism: "PLAIN", name: "fred@example.com" });
}
