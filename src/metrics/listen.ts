import { createServer, type RequestListener, type Server } from "node:http";
import type { Log } from "../names/index.js";
import type { Metrics } from "./metrics.js";

/** Where to listen. */
interface Address {
	readonly host: string;
	readonly port: number;
}

/** A listener for monitoring. */
export interface MetricsListener {
	readonly server: Server;
	close(): void;
}

/**
 * Listens for monitoring: `/metrics`; `/healthz`, that the process answers; `/readyz`, that it
 * serves. Nobody logs in, and nothing about any endpoint is told.
 *
 * @param ready whether the server serves
 * @throws the error of `net.Server`, such as EADDRINUSE
 */
export function listenMetrics(
	{ host, port }: Address,
	{ metrics, ready, log }: { metrics: Metrics; ready: () => boolean; log: Log },
): Promise<MetricsListener> {
	const answer: RequestListener = (request, response) => {
		const tell = (status: number, text: string, type = "text/plain"): void => {
			response.writeHead(status, {
				"Content-Type": type,
				"Cache-Control": "no-store",
				"X-Content-Type-Options": "nosniff",
			});
			response.end(request.method === "HEAD" ? undefined : text);
		};
		if (request.method !== "GET" && request.method !== "HEAD") {
			response.setHeader("Allow", "GET, HEAD");
			return tell(405, "there is GET\n");
		}
		switch (request.url?.replace(/\?.*/s, "")) {
			case "/healthz":
				return tell(200, "ok\n");
			case "/readyz":
				return ready() ? tell(200, "ok\n") : tell(503, "not serving\n");
			case "/metrics":
				metrics.text().then(
					(text) => tell(200, text, metrics.contentType),
					(err: unknown) => {
						log.error({ err }, "the metrics could not be read");
						tell(500, "the metrics could not be read\n");
					},
				);
				return;
			default:
				return tell(404, "there is /metrics, /healthz and /readyz\n");
		}
	};
	const server = createServer(answer);
	return new Promise((resolve, reject) => {
		server.once("error", reject);
		server.listen({ host, port }, () => {
			server.off("error", reject);
			resolve({
				server,
				close() {
					server.close();
					server.closeAllConnections();
				},
			});
		});
	});
}
