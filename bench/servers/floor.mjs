// The limit of the platform, without any protocol: whatever the publisher sends goes to every
// subscriber as one write, and what subscribers send is read.
import { createServer } from "node:net";

const SUBSCRIBER = "S".charCodeAt(0);

const subscribers = new Set();
const server = createServer({ noDelay: true }, (socket) => {
	socket.on("error", () => {});
	socket.once("data", ([role]) => {
		if (role === SUBSCRIBER) {
			subscribers.add(socket);
			socket.resume().on("close", () => subscribers.delete(socket));
		} else {
			socket.on("data", (octets) => {
				const text = octets.latin1Slice();
				for (const subscriber of subscribers) subscriber.write(text, "latin1");
				socket.write("+");
			});
		}
		socket.write("+");
	});
});
server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }, () => {
	process.stdout.write(`ready ${server.address().port}\n`);
});
process.once("SIGTERM", () => process.exit());
