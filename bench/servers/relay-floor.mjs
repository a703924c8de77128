// Forwards octets between two sockets that say the same name first, and does nothing else.
//
//     node bench/servers/relay-floor.mjs [CERT KEY]
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { createServer as createTlsServer } from "node:tls";

const [cert, key] = process.argv.slice(2);
const waiting = new Map();

function take(socket) {
	socket.on("error", () => {});
	socket.once("data", (octets) => {
		const name = octets.toString();
		const other = waiting.get(name);
		waiting.set(name, socket);
		if (other === undefined) return;
		socket.on("data", (octets) => other.write(octets));
		other.on("data", (octets) => socket.write(octets));
		socket.write("+");
		other.write("+");
	});
}

const server =
	cert === undefined
		? createServer({ noDelay: true }, take)
		: createTlsServer(
				{ noDelay: true, cert: readFileSync(cert), key: readFileSync(key) },
				take,
			);
server.listen(0, "127.0.0.1", () => {
	process.stdout.write(`ready ${server.address().port}\n`);
});
process.once("SIGTERM", () => process.exit());
