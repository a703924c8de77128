import { once } from "node:events";
import { connect, createServer, isIPv6, type Socket } from "node:net";
import { Framing } from "./framing.js";
import type { Message } from "./message.js";
import type { Flow, Hop, SipLimits } from "./types.js";
import { Watchers } from "./watchers.js";

/** Connections. */
export interface Tcp {
	/** A connection that there is, or a new one. */
	open(hop: Pick<Hop, "host" | "port">): Flow;
	close(): Promise<void>;
}

/** What comes over connections. */
export interface TcpReceiver {
	message(message: Message, flow: Flow): void;
	complain(address: string, why: string): void;
}

/** What waits for a reader before its connection ends, in octets. */
const OUTBOX_OCTETS = 1024 * 1024;

/** @param port that of the datagrams */
export async function bindTcp(
	{ host, port }: { readonly host: string; readonly port: number },
	local: string,
	limits: SipLimits,
	receiver: TcpReceiver,
): Promise<Tcp> {
	const flows = new Map<string, Flow>();
	const sockets = new Set<Socket>();

	const adopt = (
		socket: Socket,
		{ host, port }: Pick<Hop, "host" | "port">,
	): Flow => {
		const watchers = new Watchers();
		const flow: Flow = {
			...{ protocol: "TCP", address: host, port, local },
			get closed() {
				return socket.destroyed || !socket.writable;
			},
			watch: (lost) => watchers.watch(lost),
			send(octets) {
				if (this.closed) {
					watchers.lost();
					return;
				}
				socket.write(octets);
				if (socket.writableLength > OUTBOX_OCTETS) socket.destroy();
			},
		};
		const framing = new Framing(limits, {
			message: (message) => receiver.message(message, flow),
			ping: () => flow.send(Buffer.from("\r\n")),
			broken: (why) => {
				receiver.complain(host, why);
				socket.destroy();
			},
		});
		const name = nameOf({ host, port });
		sockets.add(socket);
		flows.set(name, flow);
		socket.unref();
		socket.setNoDelay();
		socket.setTimeout(limits.sipIdleSeconds * 1000, () => socket.destroy());
		socket.on("data", (chunk) => framing.push(chunk));
		// "close" follows
		socket.on("error", () => {});
		socket.on("close", () => {
			sockets.delete(socket);
			if (flows.get(name) === flow) flows.delete(name);
			watchers.lost();
		});
		return flow;
	};

	const server = createServer((socket) => {
		const { remoteAddress, remotePort } = socket;
		if (remoteAddress === undefined || remotePort === undefined)
			socket.destroy();
		else adopt(socket, { host: remoteAddress, port: remotePort });
	});
	server.maxConnections = limits.sipConnections;
	server.listen(port, host);
	// rejects with the error where it cannot be bound
	await once(server, "listening");
	server.on("error", () => {});

	return {
		open(hop) {
			const known = flows.get(nameOf(hop));
			return known === undefined || known.closed
				? adopt(connect(hop), hop)
				: known;
		},
		close: () =>
			new Promise((done) => {
				server.close(() => done());
				for (const socket of sockets) socket.destroy();
			}),
	};
}

function nameOf({ host, port }: Pick<Hop, "host" | "port">): string {
	return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}
