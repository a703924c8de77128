/**
 * What goes through the socket: a JSON object a line. A request names an operation and has its
 * input; it is answered by one line, with an answer or a refusal.
 */
import { z } from "zod";
import { parseEndpoint } from "../names/index.js";

const endpoint = z.string().transform((text, context) => {
	const parsed = parseEndpoint(text);
	if (parsed !== undefined) return parsed;
	context.addIssue("this is no endpoint");
	return z.NEVER;
});

const key = z.object({ owner: endpoint, actor: z.string() });

const accessEntry = z.object({
	owner: z.string(),
	actor: z.string(),
	actions: z.array(z.string()),
	lastUpdate: z.string(),
});

const account = z.object({ name: z.string(), digest: z.boolean() });

const named = z.object({ name: endpoint });

const nothing = z.object({});

/** An access entry as an administrator sees it; `lastUpdate` as in RFC 3343 §1.2. */
export type AccessEntry = z.output<typeof accessEntry>;

/** What may be seen of an account: its name, and whether DIGEST-MD5 can be used with it. */
export type Account = z.output<typeof account>;

/** Every operation, with what it takes and what it answers. */
export const protocol = {
	"access query": {
		input: z.object({
			owner: endpoint,
			actor: endpoint,
			actions: z.array(z.string()).min(1),
		}),
		answer: z.object({ allowed: z.boolean() }),
	},
	"access get": { input: key, answer: accessEntry },
	// no actions delete the entry
	"access set": {
		input: key.extend({
			actions: z.array(z.string()),
			lastUpdate: z.string().optional(),
		}),
		answer: nothing,
	},
	// of one owner, or of everybody
	"access list": {
		input: z.object({ owner: endpoint.optional() }),
		answer: z.array(accessEntry),
	},
	"account get": { input: named, answer: account },
	"account list": { input: nothing, answer: z.array(account) },
	"account add": {
		input: named.extend({ password: z.string(), digest: z.boolean() }),
		answer: nothing,
	},
	// without `digest`, that stays as it is
	"account passwd": {
		input: named.extend({
			password: z.string(),
			digest: z.boolean().optional(),
		}),
		answer: nothing,
	},
	"account remove": { input: named, answer: nothing },
} as const;

type Protocol = typeof protocol;

/** The name of an operation. */
export type Operation = keyof Protocol;

export type Answer<Name extends Operation> = z.output<Protocol[Name]["answer"]>;

/** The operations themselves. An AdminError that one throws is a refusal. */
export type Operations = {
	readonly [Name in Operation]: (
		input: z.output<Protocol[Name]["input"]>,
	) => Promise<Answer<Name>>;
};

/** A line to the server. */
export const request = z.object({
	operation: z.custom<Operation>(
		(name) => typeof name === "string" && Object.hasOwn(protocol, name),
		"there is no such operation",
	),
	input: z.unknown(),
});

/** A line from the server. */
export const reply = z.union([
	z.object({ answer: z.unknown() }).required(),
	z.object({
		refusal: z.object({ code: z.int().optional(), text: z.string() }),
	}),
]);

export type Reply = z.output<typeof reply>;
