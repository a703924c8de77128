import type { IncomingMessage, ServerResponse } from "node:http";
import { answer } from "./answer.js";
import { isMatched } from "./etag.js";
import type { BoardFile } from "./types.js";

/** Scripts and styles come from their own files here, and from nowhere else. */
const POLICY = [
	"default-src 'none'",
	"script-src 'self'",
	"style-src 'self'",
	"img-src 'self'",
	"connect-src 'self'",
	"base-uri 'none'",
	"form-action 'none'",
	"frame-ancestors 'none'",
].join("; ");

/** Answers with a static file. */
export function answerFile(
	{ headers }: IncomingMessage,
	response: ServerResponse,
	{ contentType, body, etag }: BoardFile,
): void {
	const ifNoneMatch = headers["if-none-match"];
	if (ifNoneMatch !== undefined && isMatched(ifNoneMatch, etag)) {
		answer(response, 304, { ETag: etag });
		return;
	}
	const fields = {
		"Content-Security-Policy": POLICY,
		"Content-Type": contentType,
		ETag: etag,
	};
	answer(response, 200, fields, body);
}
