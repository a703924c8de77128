// The limit of the platform, without any protocol: whatever the publisher sends goes to every
// subscriber as one write, and what subscribers send is read. What a member says that begins
// with "to 1,2,3;" goes to those members.
import { createServer } from "node:net";

const subscribers = new Set();
const members = [];
const server = createServer({ noDelay: true }, (socket) => {
	socket.on("error", () => {});
	socket.once("data", (first) => {
		const role = first.latin1Slice(0, 1);
		if (role === "S") {
			subscribers.add(socket);
			socket.resume().on("close", () => subscribers.delete(socket));
		} else if (role === "M") {
			members[Number(first.latin1Slice(1))] = socket;
			socket.on("data", (octets) => {
				const text = octets.latin1Slice();
				const at = text.indexOf("to ");
				if (at < 0) return;
				const hearers = text.slice(at + 3, text.indexOf(";", at)).split(",");
				const message = text.slice(at);
				for (const hearer of hearers) members[hearer].write(message, "latin1");
			});
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
