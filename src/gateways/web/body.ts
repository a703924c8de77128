import type { IncomingMessage } from "node:http";
import { Problem } from "./problem.js";

const ENCODINGS = { "Accept-Encoding": "identity" };

/**
 * Reads the body of a request.
 *
 * @param limit in octets; of a longer one no more is kept
 * @throws the error of a connection that ends before the body does
 */
export async function readBody(
	request: IncomingMessage,
	limit: number,
): Promise<Buffer | Problem> {
	const { headers } = request;
	// RFC 9110 §8.4: content is stored as its octets, and they must be what its type says
	if ((headers["content-encoding"] ?? "identity") !== "identity") {
		return new Problem(415, "content codings are not taken", {
			headers: ENCODINGS,
		});
	}
	// RFC 9110 §14.5
	if (headers["content-range"] !== undefined) {
		return new Problem(400, "a part of the content is not taken");
	}
	if (Number(headers["content-length"] ?? 0) > limit) return tooLarge(limit);
	const chunks: Buffer[] = [];
	let octets = 0;
	for await (const chunk of request.iterator({ destroyOnReturn: false })) {
		octets += chunk.length;
		if (octets > limit) return tooLarge(limit);
		chunks.push(chunk);
	}
	return Buffer.concat(chunks);
}

function tooLarge(limit: number): Problem {
	return new Problem(413, `content has at most ${limit} octets`);
}
