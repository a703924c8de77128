// No protocol: whatever the publisher sends goes to every subscriber as one write, and what
// subscribers send is read and counted.
import { createServer } from "node:net";

const subscribers = new Set();
let read = 0;
const server = createServer({ noDelay: true }, (socket) => {
	socket.on("error", () => {});
	socket.once("data", (first) => {
		if (first[0] === 83) {
			subscribers.add(socket);
			socket.on("data", (octets) => {
				read += octets.length;
			});
			socket.on("close", () => subscribers.delete(socket));
			socket.write("+");
			return;
		}
		socket.on("data", (octets) => {
			const text = octets.latin1Slice();
			for (const subscriber of subscribers) subscriber.write(text, "latin1");
			socket.write("+");
		});
		socket.write("+");
	});
});
server.listen(0, "127.0.0.1", () => {
	process.stdout.write(`ready ${server.address().port}\n`);
});
process.once("SIGTERM", () => {
	process.stderr.write(`${read} octets of acknowledgements\n`);
	process.exit();
});
