// The limit of the platform: as many octets each way as this server's notifications take.
import { connect } from "node:net";
import { startProcess } from "../process.mjs";

export const name = "floor (bare Node)";

const NOTIFICATION = "n".repeat(700);
const ACKNOWLEDGEMENT = "a".repeat(75);

export async function start() {
	const file = new URL("floor-server.mjs", import.meta.url).pathname;
	const server = await startProcess(process.execPath, [file], /ready (\d+)/);
	return { ...server, port: Number(server.match[1]) };
}

async function open(port, role) {
	const socket = connect({ port, host: "127.0.0.1", noDelay: true });
	socket.write(role);
	await new Promise((resolve) => socket.once("data", resolve));
	return socket;
}

export async function subscriber(port, _number, told) {
	const socket = await open(port, "S");
	let octets = 0;
	socket.on("data", (chunk) => {
		octets += chunk.length;
		let acknowledgements = "";
		while (octets >= NOTIFICATION.length) {
			octets -= NOTIFICATION.length;
			acknowledgements += ACKNOWLEDGEMENT;
			told();
		}
		if (acknowledgements !== "") socket.write(acknowledgements, "latin1");
	});
	return { close: () => socket.destroy() };
}

export async function publisher(port) {
	const socket = await open(port, "P");
	return {
		publish() {
			socket.write(NOTIFICATION, "latin1");
			return new Promise((resolve) => socket.once("data", resolve));
		},
		close: () => socket.destroy(),
	};
}
