import type { ServerResponse } from "node:http";
import type { Problem } from "./problem.js";

type Headers = Readonly<Record<string, string>>;

/** On every answer: it is somebody's, it is what it says it is, and no other site's. */
const COMMON: Headers = {
	"Cache-Control": "private, no-cache",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Referrer-Policy": "no-referrer",
	"X-Content-Type-Options": "nosniff",
};

/** A page that a publisher wrote runs nothing, and is of an origin of its own. */
export const SANDBOX: Headers = {
	"Content-Security-Policy": "default-src 'none'; sandbox",
};

/** Answers a request. Of a HEAD request the body stays here. */
export function answer(
	response: ServerResponse,
	status: number,
	headers: Headers,
	body?: Uint8Array | string,
): void {
	const length: Headers =
		body === undefined
			? {}
			: { "Content-Length": String(Buffer.byteLength(body)) };
	response.writeHead(status, { ...COMMON, ...headers, ...length });
	response.end(body);
}

/** Begins an answer that has no end of its own. */
export function begin(response: ServerResponse, headers: Headers): void {
	response.writeHead(200, { ...COMMON, ...headers });
	response.flushHeaders();
}

export function refuse(response: ServerResponse, problem: Problem): void {
	const headers = {
		...SANDBOX,
		...problem.headers,
		"Content-Type": "application/problem+json",
	};
	answer(response, problem.status, headers, String(problem));
}
