// Just enough MQTT 3.1.1 for QoS 1: a subscriber acknowledges each PUBLISH.
import { open } from "./socket.mjs";

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

export class Connection {
	#rest;
	#waiting = new Map();
	#number = 0;
	onPublish = () => {};

	constructor({ socket, onOctets }) {
		this.socket = socket;
		onOctets((octets) => this.#read(octets));
	}

	static async open(port, client) {
		const connection = new Connection(await open(port));
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

	/** Subscribes with QoS 1. */
	subscribe(topic) {
		const filter = Buffer.concat([string(topic), Buffer.from([1])]);
		return this.ask(packet(0x82, this.#next(), filter), 9);
	}

	/** Publishes with QoS 1; resolves when the broker has acknowledged it. */
	publish(topic, retained = false) {
		const first = retained ? 0x33 : 0x32;
		const payload = Buffer.from(PAYLOAD);
		return this.ask(packet(first, string(topic), this.#next(), payload), 4);
	}

	#next() {
		this.#number = (this.#number % 65535) + 1;
		return Buffer.from([this.#number >> 8, this.#number & 255]);
	}

	close() {
		this.socket.destroy();
	}

	#read(octets) {
		let rest =
			this.#rest === undefined ? octets : Buffer.concat([this.#rest, octets]);
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
		// the memory of `octets` is about to be used again
		this.#rest = rest.length > 0 ? Buffer.from(rest) : undefined;
		if (acknowledgements.length > 0)
			this.socket.write(Buffer.concat(acknowledgements));
	}
}

export async function subscriber(port, number, told) {
	const connection = await Connection.open(port, `s${number}`);
	await connection.subscribe(TOPIC);
	connection.onPublish = told;
	return connection;
}

export async function publisher(port) {
	const connection = await Connection.open(port, "fred");
	return {
		publish: () => connection.publish(TOPIC),
		close: () => connection.close(),
	};
}
