// Pairs of applications: one sends data to the other, with so many messages under way.
import { once } from "node:events";
import { connect } from "node:tls";
import { attached } from "../clients/apex.mjs";
import { open as openSocket } from "../clients/socket.mjs";

let pairs;

/** Connects the pairs. `floor` is for bench/servers/relay-floor.mjs. */
export async function open({ port, tls, count, octets, floor }) {
	const pair = floor ? floorPair : apexPair;
	pairs = await Promise.all(
		Array.from({ length: count }, (_, number) =>
			pair({ port, tls, octets, number }),
		),
	);
}

/** Sends so many messages through each pair, `window` of them before the first is heard. */
export async function send({ times, window }) {
	await Promise.all(
		pairs.map(
			({ send, onHeard }) =>
				new Promise((resolve) => {
					let heard = 0;
					let sent = 0;
					const more = () => {
						sent += 1;
						send();
					};
					onHeard(() => {
						heard += 1;
						if (heard === times) resolve();
						else if (sent < times) more();
					});
					while (sent < Math.min(window, times)) more();
				}),
		),
	);
}

/** Data with content of so many octets. */
function messageOf(from, to, octets) {
	const data = `<data content='cid:2@example.com'><originator identity='${from}' /><recipient identity='${to}' /></data>`;
	return [
		'Content-Type: multipart/related; boundary="boundary"; start="<1@example.com>"; type="application/beep+xml"',
		"",
		"--boundary",
		"Content-Type: application/beep+xml",
		"Content-ID: <1@example.com>",
		"",
		data,
		"--boundary",
		"Content-Type: application/octet-stream",
		"Content-ID: <2@example.com>",
		"",
		"x".repeat(octets),
		"--boundary--",
		"",
	].join("\r\n");
}

async function apexPair({ port, tls, octets, number }) {
	const [from, to] = [`a${number}@example.com`, `b${number}@example.com`];
	const sender = await attached(port, from, { tls });
	const receiver = await attached(port, to, { tls });
	const message = messageOf(from, to, octets);
	return {
		send: () => sender.askWith(message),
		onHeard(heard) {
			receiver.onMessage = heard;
		},
	};
}

// as long as the MSG that carries the message, and the RPY to it
const MSG = 40;
const ACKNOWLEDGEMENT = "a".repeat(75);

async function floorPair({ port, tls, octets, number }) {
	const name = `pair ${number}`;
	const message =
		messageOf("a0@example.com", "b0@example.com", octets) + "m".repeat(MSG);
	const [sender, receiver] = await Promise.all([
		floorEnd(port, tls, name),
		floorEnd(port, tls, name),
	]);
	let waiting = 0;
	let onHeard;
	sender.onOctets(() => {});
	receiver.onOctets(({ length }) => {
		waiting += length;
		let acknowledgements = "";
		let count = 0;
		while (waiting >= message.length) {
			waiting -= message.length;
			acknowledgements += ACKNOWLEDGEMENT;
			count += 1;
		}
		if (count > 0) receiver.socket.write(acknowledgements, "latin1");
		for (; count > 0; count--) onHeard();
	});
	return {
		send: () => sender.socket.write(message, "latin1"),
		onHeard(heard) {
			onHeard = heard;
		},
	};
}

async function floorEnd(port, tls, name) {
	const end = await (tls ? openTls(port) : openSocket(port));
	const begun = new Promise((resolve) => end.onOctets(resolve));
	end.socket.write(name);
	await begun;
	return end;
}

async function openTls(port) {
	const options = { rejectUnauthorized: false, noDelay: true };
	const socket = connect({ port, host: "127.0.0.1", ...options });
	await once(socket, "secureConnect");
	let reader;
	socket.on("data", (octets) => reader(octets));
	const onOctets = (read) => {
		reader = read;
	};
	return { socket, onOctets };
}
