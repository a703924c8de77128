/** BEEP over TCP, RFC 3081 §2: whoever connects is the initiator. */
import {
	connect as connectSocket,
	createServer,
	type Server,
	type Socket,
} from "node:net";
import { SharedReads } from "./shared-reads.js";

/** Where to listen or to connect. */
export interface TcpAddress {
	readonly host: string;
	readonly port: number;
}

const OPTIONS = {
	// small frames should not wait for company: the session has put together what belongs together
	noDelay: true,
	// relays and applications may be silent for long, and would not notice that the other is gone
	keepAlive: true,
	keepAliveInitialDelay: 60_000,
};

/**
 * Listens for connections. The octets of a "data" event of their streams are there until its
 * listeners have returned, and no longer.
 *
 * @returns the server, once it listens
 * @throws the error of `net.Server`, such as EADDRINUSE
 */
export function listen(
	{ host, port }: TcpAddress,
	onStream: (socket: Socket) => void,
): Promise<Server> {
	return new Promise((resolve, reject) => {
		const reads = new SharedReads();
		const options = { ...OPTIONS, pauseOnConnect: true };
		const server = createServer(options, (accepted) =>
			onStream(reads.take(accepted)),
		);
		server.once("error", reject);
		server.listen({ host, port }, () => {
			server.off("error", reject);
			resolve(server);
		});
	});
}

/**
 * Connects.
 *
 * @throws the error of `net.Socket`, such as ECONNREFUSED, or the reason of the signal
 */
export function connect(
	options: TcpAddress & { signal?: AbortSignal },
): Promise<Socket> {
	const { host, port, signal } = options;
	return new Promise((resolve, reject) => {
		signal?.throwIfAborted();
		const socket = connectSocket({ host, port, ...OPTIONS });
		const aborted = (): void => {
			socket.destroy();
			reject(signal?.reason as Error);
		};
		signal?.addEventListener("abort", aborted, { once: true });
		const failed = (error: Error): void => {
			signal?.removeEventListener("abort", aborted);
			reject(error);
		};
		socket.once("error", failed);
		socket.once("connect", () => {
			signal?.removeEventListener("abort", aborted);
			socket.off("error", failed);
			resolve(socket);
		});
	});
}
