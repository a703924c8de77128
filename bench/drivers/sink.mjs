// Reads whatever is sent, for a server that only writes.
import { createServer } from "node:net";

export function listen() {
	const server = createServer((socket) => socket.resume());
	return new Promise((resolve) => {
		server.listen(0, "127.0.0.1", () => resolve(server.address().port));
	});
}
