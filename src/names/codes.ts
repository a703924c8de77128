/**
 * Reply codes: RFC 3080 §8, RFC 3340 §10, and those that the texts use without listing
 * (350 and 556 in RFC 3342, 503 in RFC 3343 §4.4, 551 in RFC 3341 §4.3).
 */
export const CODES = {
	200: "success",
	250: "transaction successful",
	350: "transaction in progress",
	421: "service not available",
	450: "requested action not taken",
	451: "requested action aborted",
	454: "temporary authentication failure",
	500: "general syntax error",
	501: "syntax error in parameters",
	503: "publishers do not match",
	504: "parameter not implemented",
	530: "authentication required",
	534: "authentication mechanism insufficient",
	535: "authentication failure",
	537: "action not authorized for user",
	538: "authentication mechanism requires encryption",
	550: "requested action not taken",
	551: "no such entry",
	553: "parameter invalid",
	554: "transaction failed",
	555: "transaction already in progress",
	556: "attachment overridden",
} as const;

/** A reply code that this project sends. */
export type ReplyCode = keyof typeof CODES;

/** Whether a number that a peer sent is one of these codes. */
export function isReplyCode(code: number): code is ReplyCode {
	return Object.hasOwn(CODES, code);
}

/** What a service or a relay answers: a code for programs and a text for people. */
export interface Reply {
	readonly code: ReplyCode;
	readonly text: string;
}

/** A reply that says no. */
export interface Refusal extends Reply {
	readonly code: Exclude<ReplyCode, 250>;
}

/** A reply; without a text of its own it says what its code means. */
export function reply(code: ReplyCode, text: string = CODES[code]): Reply {
	return { code, text };
}

/** A reply that says no, and to people why. */
export function refusal(code: Refusal["code"], text: string): Refusal {
	return { code, text };
}
