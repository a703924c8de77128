import { createServer } from "node:net";

/** A port of loopback that nobody listens on, for servers that have to be told one. */
export async function freePort() {
	const server = createServer();
	await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address();
	await new Promise((resolve) => server.close(resolve));
	return port;
}
