import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { BoardFile } from "./types.js";

/** The same place from src/gateways/web and from dist/gateways/web. */
const FOLDER = new URL("../../../src/gateways/web/board/", import.meta.url);

const FILES = {
	"/": ["index.html", "text/html; charset=utf-8"],
	"/board.css": ["board.css", "text/css; charset=utf-8"],
	"/board.js": ["board.js", "text/javascript; charset=utf-8"],
	"/connection.js": ["connection.js", "text/javascript; charset=utf-8"],
	"/pidf.js": ["pidf.js", "text/javascript; charset=utf-8"],
	"/icon.svg": ["icon.svg", "image/svg+xml"],
} as const;

/** Reads the presence board. @returns the file at a path */
export function readBoard(): (path: string) => BoardFile | undefined {
	const files = new Map(
		Object.entries(FILES).map(([path, [name, contentType]]) => {
			const body = readFileSync(new URL(name, FOLDER));
			const hash = createHash("sha256").update(body).digest("base64url");
			return [path, { contentType, body, etag: `"${hash.slice(0, 22)}"` }];
		}),
	);
	return (path) => files.get(path);
}
