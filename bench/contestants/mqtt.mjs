// Just enough MQTT 3.1.1 for QoS 1: a subscriber acknowledges each PUBLISH.
import { connect } from "node:net";

// as long as the notification of this server, so that the same octets are carried
const PAYLOAD = "x".repeat(560);
const TOPIC = "presence/fred@example.com";

const string = (text) => {
	const octets = Buffer.from(text);
	return Buffer.concat([
		Buffer.from([octets.length >> 8, octets.length & 255]),
		octets,
	]);
};

function packet(first, ...parts) {
	const body = Buffer.concat(parts);
	const length = [];
	let left = body.length;
	do {
		length.push((left & 127) | (left > 127 ? 128 : 0));
		left >>= 7;
	} while (left > 0);
	return Buffer.concat([Buffer.from([first, ...length]), body]);
}

class Connection {
	#rest = Buffer.alloc(0);
	#waiting = new Map();
	onPublish = () => {};

	constructor(socket) {
		this.socket = socket;
		socket.on("data", (octets) => this.#read(octets));
	}

	static async open(port, client) {
		const socket = await new Promise((resolve, reject) => {
			const socket = connect({ port, host: "127.0.0.1", noDelay: true });
			socket.once("error", reject);
			socket.once("connect", () => resolve(socket));
		});
		const connection = new Connection(socket);
		const flags = Buffer.from([4, 2, 0, 0]);
		await connection.ask(
			packet(0x10, string("MQTT"), flags, string(client)),
			2,
		);
		return connection;
	}

	/** Sends a packet and waits for one of a type. */
	ask(octets, type) {
		this.socket.write(octets);
		return new Promise((resolve) => this.#waiting.set(type, resolve));
	}

	close() {
		this.socket.destroy();
	}

	#read(octets) {
		let rest =
			this.#rest.length === 0 ? octets : Buffer.concat([this.#rest, octets]);
		const acknowledgements = [];
		for (;;) {
			let at = 1;
			let size = 0;
			let shift = 0;
			while (at < rest.length && rest[at] & 128) {
				size |= (rest[at++] & 127) << shift;
				shift += 7;
			}
			if (at >= rest.length) break;
			size |= rest[at++] << shift;
			if (rest.length < at + size) break;
			const type = rest[0] >> 4;
			if (type === 3) {
				const topic = rest.readUInt16BE(at);
				if (rest[0] & 6) {
					const id = at + 2 + topic;
					acknowledgements.push(Buffer.from([0x40, 2, rest[id], rest[id + 1]]));
				}
				this.onPublish();
			} else this.#waiting.get(type)?.();
			rest = rest.subarray(at + size);
		}
		this.#rest = rest;
		if (acknowledgements.length > 0)
			this.socket.write(Buffer.concat(acknowledgements));
	}
}

export async function subscriber(port, number, told) {
	const connection = await Connection.open(port, `s${number}`);
	await connection.ask(
		packet(0x82, Buffer.from([0, 1]), string(TOPIC), Buffer.from([1])),
		9,
	);
	connection.onPublish = told;
	return connection;
}

export async function publisher(port) {
	const connection = await Connection.open(port, "fred");
	let number = 0;
	return {
		publish() {
			number = (number % 65535) + 1;
			const id = Buffer.from([number >> 8, number & 255]);
			const octets = packet(0x32, string(TOPIC), id, Buffer.from(PAYLOAD));
			return connection.ask(octets, 4);
		},
		close: () => connection.close(),
	};
}
