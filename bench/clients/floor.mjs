// Clients of bench/servers/floor.mjs: as many octets each way as a notification of this
// server takes, and as its acknowledgement.
import { open } from "./socket.mjs";

const NOTIFICATION = "n".repeat(700);
const ACKNOWLEDGEMENT = "a".repeat(75);

async function begin(port, role) {
	const connection = await open(port);
	connection.socket.write(role);
	await new Promise((resolve) => connection.onOctets(resolve));
	return connection;
}

export async function subscriber(port, _number, told) {
	const { socket, onOctets } = await begin(port, "S");
	let waiting = 0;
	onOctets(({ length }) => {
		waiting += length;
		let acknowledgements = "";
		while (waiting >= NOTIFICATION.length) {
			waiting -= NOTIFICATION.length;
			acknowledgements += ACKNOWLEDGEMENT;
			told();
		}
		if (acknowledgements !== "") socket.write(acknowledgements, "latin1");
	});
	return { close: () => socket.destroy() };
}

/** @param {(message: string) => void} told is called with each message of another */
export async function member(port, number, told) {
	const { socket, onOctets } = await begin(port, `M${number}`);
	let heard = "";
	onOctets((octets) => {
		heard += octets.latin1Slice();
		let acknowledgements = "";
		for (; heard.length >= NOTIFICATION.length; ) {
			told(heard.slice(0, NOTIFICATION.length));
			heard = heard.slice(NOTIFICATION.length);
			acknowledgements += ACKNOWLEDGEMENT;
		}
		if (acknowledgements !== "") socket.write(acknowledgements, "latin1");
	});
	return {
		/** @param {readonly number[]} hearers @param {string} text */
		tell(hearers, text) {
			const message = `to ${hearers.join(",")};${text};`;
			socket.write(message.padEnd(NOTIFICATION.length, "n"), "latin1");
		},
	};
}

export async function publisher(port) {
	const { socket, onOctets } = await begin(port, "P");
	return {
		publish() {
			socket.write(NOTIFICATION, "latin1");
			return new Promise((resolve) => onOctets(resolve));
		},
		close: () => socket.destroy(),
	};
}
