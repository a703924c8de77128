/** The messages of SCRAM: RFC 5802 §7. */
import { BeepError } from "../error.js";
import { base64 } from "./base64.js";

/** What the client does about channel binding: cannot, could, or does by a type. */
export type BindingFlag = "n" | "y" | { readonly type: string };

export interface ClientFirst {
	readonly flag: BindingFlag;
	readonly authorization: string | undefined;
	readonly user: string;
	readonly nonce: string;
	/** The gs2-header, which the final message repeats. */
	readonly header: string;
	readonly bare: string;
}

export interface ServerFirst {
	readonly nonce: string;
	readonly salt: Buffer;
	readonly iterations: number;
}

export interface ClientFinal {
	/** The gs2-header, and after it the octets of the channel binding. */
	readonly binding: Buffer;
	readonly nonce: string;
	readonly proof: Buffer;
	readonly withoutProof: string;
}

const NAME = "(?:[^=,\\0]|=2C|=3D)+";
const NONCE = "[\\x21-\\x2b\\x2d-\\x7e]+";
const EXTENSIONS = "(?:,[A-Za-z]=[^,\\0]+)*";
const BASE64 = "[A-Za-z0-9+/]+={0,2}";

const CLIENT_FIRST = new RegExp(
	`^(?<header>(?<flag>[ny]|p=(?<type>[A-Za-z0-9.-]+)),(?:a=(?<authorization>${NAME}))?,)` +
		`(?<bare>n=(?<user>${NAME}),r=(?<nonce>${NONCE})${EXTENSIONS})$`,
	"u",
);
const SERVER_FIRST = new RegExp(
	`^r=(?<nonce>${NONCE}),s=(?<salt>${BASE64}),i=(?<iterations>[1-9][0-9]{0,9})${EXTENSIONS}$`,
	"u",
);
const CLIENT_FINAL = new RegExp(
	`^(?<without>c=(?<binding>${BASE64}),r=(?<nonce>${NONCE})${EXTENSIONS}),p=(?<proof>${BASE64})$`,
	"u",
);
const SERVER_FINAL = new RegExp(
	`^(?:v=(?<signature>${BASE64})|e=(?<error>[^,\\0]+))${EXTENSIONS}$`,
	"u",
);

/** @throws BeepError 501 */
export function readClientFirst(octets: Buffer): ClientFirst {
	const found = matched(CLIENT_FIRST, octets);
	const { flag = "", type, authorization, user = "", nonce = "" } = found;
	const { header = "", bare = "" } = found;
	return {
		flag: flag === "n" || flag === "y" ? flag : { type: type ?? "" },
		authorization:
			authorization === undefined ? undefined : unescaped(authorization),
		user: unescaped(user),
		...{ nonce, header, bare },
	};
}

/** The gs2-header of a client. */
export function gs2Header(flag: BindingFlag, authorization = ""): string {
	const binding = typeof flag === "string" ? flag : `p=${flag.type}`;
	const actsAs = authorization === "" ? "" : `a=${escaped(authorization)}`;
	return `${binding},${actsAs},`;
}

export function clientFirstBare(user: string, nonce: string): string {
	return `n=${escaped(user)},r=${nonce}`;
}

/** @throws BeepError 501 */
export function readServerFirst(octets: Buffer): ServerFirst {
	const { nonce = "", salt = "", iterations } = matched(SERVER_FIRST, octets);
	return { nonce, salt: base64(salt), iterations: Number(iterations) };
}

export function serverFirst({ nonce, salt, iterations }: ServerFirst): string {
	return `r=${nonce},s=${salt.toString("base64")},i=${iterations}`;
}

/** @throws BeepError 501 */
export function readClientFinal(octets: Buffer): ClientFinal {
	const found = matched(CLIENT_FINAL, octets);
	const { binding = "", nonce = "", proof = "", without = "" } = found;
	return {
		binding: base64(binding),
		nonce,
		proof: base64(proof),
		withoutProof: without,
	};
}

/** @param binding the gs2-header, and after it the octets of the channel binding */
export function clientFinalWithoutProof(
	binding: Buffer,
	nonce: string,
): string {
	return `c=${binding.toString("base64")},r=${nonce}`;
}

/** @returns the server's signature. @throws BeepError 501, or 535 where it says e= */
export function readServerFinal(octets: Buffer): Buffer {
	const { signature, error } = matched(SERVER_FINAL, octets);
	if (signature !== undefined) return base64(signature);
	throw new BeepError(535, `the server says ${error}`);
}

function matched(
	message: RegExp,
	octets: Buffer,
): Record<string, string | undefined> {
	const groups = message.exec(octets.toString())?.groups;
	if (groups === undefined) {
		throw new BeepError(501, "this is no message of SCRAM");
	}
	return groups;
}

function escaped(name: string): string {
	return name.replaceAll("=", "=3D").replaceAll(",", "=2C");
}

function unescaped(name: string): string {
	return name.replaceAll("=2C", ",").replaceAll("=3D", "=");
}
