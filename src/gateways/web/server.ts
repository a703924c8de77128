import { createServer, type Server, type ServerOptions } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { SecureContextOptions, TlsOptions as Tls } from "node:tls";
import type { Web } from "./web.js";

/** The certificate and its key. */
export type TlsOptions = SecureContextOptions & Pick<Tls, "SNICallback">;

/** A request that takes longer to arrive than this, in milliseconds, does not. */
const TIMEOUTS: ServerOptions = {
	headersTimeout: 10_000,
	requestTimeout: 60_000,
};

/**
 * Listens for HTTP, or with `tls` for HTTPS. `web.close()` closes it.
 *
 * @returns the server, once it listens
 * @throws the error of `net.Server`, such as EADDRINUSE
 */
export function listenWeb(
	{ host, port }: { readonly host: string; readonly port: number },
	web: Web,
	tls?: TlsOptions,
): Promise<Server> {
	const server =
		tls === undefined
			? createServer(TIMEOUTS)
			: createTlsServer({ ...TIMEOUTS, ...tls });
	server.maxConnections = web.limits.webConnections;
	return new Promise((resolve, reject) => {
		server.once("error", reject);
		server.listen({ host, port }, () => {
			server.off("error", reject);
			web.serve(server);
			resolve(server);
		});
	});
}
