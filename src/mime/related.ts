/** multipart/related, RFC 2387: a root and the parts that it refers to by Content-ID. */
import { formatContentType, plainType } from "./content-type.js";
import { type Entity, parseEntity, writeEntity } from "./entity.js";
import { MimeError } from "./error.js";
import { splitParts } from "./multipart.js";

export const MULTIPART_RELATED = "multipart/related";

/** One part of a multipart; its `octets` are those between two delimiters, as they came. */
export interface Part extends Entity {
	/** The Content-ID without its angle brackets, where there is one. */
	readonly contentId?: string;
}

export class Related {
	readonly root: Part;
	/** By Content-ID, without angle brackets. */
	readonly parts: ReadonlyMap<string, Part>;
	readonly #octets: Buffer;

	/** @param octets those of the entity, on whose memory the parts are windows */
	constructor(octets: Buffer, root: Part, parts: ReadonlyMap<string, Part>) {
		this.root = root;
		this.parts = parts;
		this.#octets = octets;
	}

	/** Everything in front of the root's body: headers, preamble, other parts, the root's headers. */
	get before(): Buffer {
		return this.#octets.subarray(0, this.#start);
	}

	/** Everything behind the root's body. */
	get after(): Buffer {
		return this.#octets.subarray(this.#start + this.root.body.length);
	}

	get #start(): number {
		return this.root.body.byteOffset - this.#octets.byteOffset;
	}
}

// RFC 2046 §5.1: the type of a part that does not tell.
const PART_DEFAULT = plainType("text/plain");

/**
 * Reads the parts of a multipart/related entity.
 *
 * @throws MimeError 501 without a boundary or a root, with two parts of one Content-ID, or
 *   where the root is not what `type` says; 500 where the parts are not delimited as they should be
 */
export function parseRelated(entity: Entity): Related {
	const { boundary, start, type } = entity.contentType.parameters;
	if (entity.contentType.type !== MULTIPART_RELATED) {
		throw new MimeError(501, `the entity is no ${MULTIPART_RELATED}`);
	}
	if (boundary === undefined) {
		throw new MimeError(501, `${MULTIPART_RELATED} without a boundary`);
	}
	const all = splitParts(entity.body, boundary).map(parsePart);
	const parts = byContentId(all);
	// RFC 2387 §3.2
	const root = start === undefined ? all[0] : parts.get(bare(start));
	if (root === undefined) {
		throw new MimeError(501, `no part is the root (start=${start ?? "none"})`);
	}
	if (type !== undefined && type.toLowerCase() !== root.contentType.type) {
		throw new MimeError(
			501,
			`the root is ${root.contentType.type}, and not ${type} as announced`,
		);
	}
	return new Related(entity.octets, root, parts);
}

/** The entity with another root body; every other octet stays as it came. */
export function replaceRoot(related: Related, body: string): Buffer {
	return Buffer.concat([related.before, Buffer.from(body), related.after]);
}

/** A part to be written. */
export interface NewPart {
	readonly contentId: string;
	readonly contentType: string;
	readonly body: Buffer | string;
}

/**
 * Writes a multipart/related entity; the first part is the root.
 *
 * @throws TypeError when the boundary occurs inside a part
 */
export function writeRelated(
	boundary: string,
	root: NewPart,
	...others: readonly NewPart[]
): Buffer {
	const delimiter = `--${boundary}`;
	const chunks: Buffer[] = [];
	for (const { contentId, contentType, body } of [root, ...others]) {
		const octets = writeEntity(
			{ "Content-Type": contentType, "Content-ID": `<${contentId}>` },
			body,
		);
		if (octets.includes(delimiter)) {
			throw new TypeError(`the boundary ${boundary} occurs inside a part`);
		}
		chunks.push(Buffer.from(`${delimiter}\r\n`), octets, Buffer.from("\r\n"));
	}
	chunks.push(Buffer.from(`${delimiter}--\r\n`));
	const contentType = formatContentType({
		type: MULTIPART_RELATED,
		parameters: {
			boundary,
			start: `<${root.contentId}>`,
			type: root.contentType,
		},
	});
	return writeEntity({ "Content-Type": contentType }, Buffer.concat(chunks));
}

function parsePart(octets: Buffer): Part {
	const entity = parseEntity(octets, PART_DEFAULT);
	const contentId = entity.headers.get("content-id");
	if (contentId === undefined) return entity;
	const { headers, contentType, body } = entity;
	return { headers, contentType, body, octets, contentId: bare(contentId) };
}

function byContentId(parts: readonly Part[]): Map<string, Part> {
	const map = new Map<string, Part>();
	for (const part of parts) {
		if (part.contentId === undefined) continue;
		if (map.has(part.contentId)) {
			throw new MimeError(501, `two parts are called ${part.contentId}`);
		}
		map.set(part.contentId, part);
	}
	return map;
}

function bare(contentId: string): string {
	const id = contentId.trim();
	return id.startsWith("<") && id.endsWith(">") ? id.slice(1, -1) : id;
}
