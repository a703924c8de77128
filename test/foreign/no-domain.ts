import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";

/** A DNS server for which no domain exists: RFC 1035 §4.1.1, RCODE 3. */
export class NoDomain {
	readonly #socket: Socket = createSocket("udp4");

	static async start(): Promise<NoDomain> {
		const server = new NoDomain();
		server.#socket.on("message", (question, { port, address }) => {
			const answer = Buffer.from(question);
			answer[2] = 0x85; // a response, authoritative, and recursion was desired
			answer[3] = 0x83; // recursion is available; there is no such name
			answer.fill(0, 6, 12); // no records
			server.#socket.send(withoutRecords(answer), port, address);
		});
		server.#socket.bind(0, "127.0.0.1");
		await once(server.#socket, "listening");
		return server;
	}

	/** HOST:PORT. */
	get address(): string {
		const { address, port } = this.#socket.address();
		return `${address}:${port}`;
	}

	close(): void {
		this.#socket.close();
	}
}

/** The header and the one question, without what may follow them in additional records. */
function withoutRecords(message: Buffer): Buffer {
	const nameEnds = message.indexOf(0, 12);
	return message.subarray(0, nameEnds + 5);
}
