import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { isIPv6 } from "node:net";
import type { Flow, Hop } from "./types.js";
import { Watchers } from "./watchers.js";

/** What a burst of datagrams may take before any of it has been read, in octets. */
const RECEIVE_BUFFER = 4 * 1024 * 1024;

/** Datagrams. */
export interface Udp {
	readonly port: number;
	open(hop: Pick<Hop, "host" | "port">): Flow;
	close(): Promise<void>;
}

/**
 * @param local our host and port as others are told of them
 * @param received called with each datagram, and where it came from
 */
export async function bindUdp(
	{ host, port }: { readonly host: string; readonly port: number },
	local: (port: number) => string,
	received: (octets: Buffer, flow: Flow) => void,
): Promise<Udp> {
	const socket = createSocket({
		type: isIPv6(host) ? "udp6" : "udp4",
		recvBufferSize: RECEIVE_BUFFER,
	});
	socket.bind(port, host);
	// rejects with the error where it cannot be bound
	await once(socket, "listening");
	socket.on("error", () => {});
	const bound = socket.address().port;
	const open = (hop: Pick<Hop, "host" | "port">): Flow =>
		flowTo(socket, hop, local(bound));
	socket.on("message", (octets, { address, port }) =>
		received(octets, open({ host: address, port })),
	);
	return {
		port: bound,
		open,
		close: () => new Promise((done) => socket.close(() => done())),
	};
}

function flowTo(
	socket: Socket,
	{ host, port }: Pick<Hop, "host" | "port">,
	local: string,
): Flow {
	const watchers = new Watchers();
	return {
		protocol: "UDP",
		address: host,
		port,
		local,
		closed: false,
		watch: (lost) => watchers.watch(lost),
		send(octets) {
			try {
				socket.send(octets, port, host, (error) => {
					if (error !== null) watchers.lost();
				});
			} catch {
				// port 0, or a socket that has been closed
				watchers.lost();
			}
		},
	};
}
