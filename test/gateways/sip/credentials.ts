/** Digest as a client reckons it. */
import { createHash } from "node:crypto";
import type { Sent } from "./harness.js";

const md5 = (text: string): string =>
	createHash("md5").update(text).digest("hex");
const PASSWORDS: Readonly<Record<string, string>> = {
	"fred@example.com": "yabba",
	"wilma@example.com": "pebbles",
};

/** H(A1) of those who have an account. */
export const digest = async (user: string, realm: string) => {
	const password = PASSWORDS[user];
	if (password === undefined) return undefined;
	return createHash("md5").update(`${user}:${realm}:${password}`).digest();
};

/** What differs from wilma, who asks for fred with the right password. */
export interface Given {
	readonly user?: string;
	readonly password?: string;
	readonly nc?: string;
	readonly uri?: string;
	readonly method?: string;
}

export function nonceOf(challenge: Pick<Sent, "text"> | undefined): string {
	return (
		/^WWW-Authenticate:.* nonce="([^"]+)"/m.exec(challenge?.text ?? "")?.[1] ??
		""
	);
}

/** RFC 2617 §3.2.2, as a client reckons it. */
export function credentials(nonce: string, given: Given = {}): string {
	const {
		user = "wilma@example.com",
		password = "pebbles",
		nc = "00000001",
	} = given;
	const { uri = "sip:fred@example.com", method = "SUBSCRIBE" } = given;
	const a1 = md5(`${user}:example.com:${password}`);
	const response = md5(
		`${a1}:${nonce}:${nc}:0a4f113b:auth:${md5(`${method}:${uri}`)}`,
	);
	return (
		`Digest username="${user}", realm="example.com", nonce="${nonce}", uri="${uri}", ` +
		`response="${response}", algorithm=MD5, cnonce="0a4f113b", qop=auth, nc=${nc}`
	);
}
