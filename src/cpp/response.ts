import { type Refusal, type Reply, refusal, reply } from "../names/index.js";
import type { Answer } from "../presence/index.js";
import type { Application, Published, Response, Subscribe } from "./types.js";

/** RFC 3859 §3.1: the response to a subscribe. */
export function respond(
	{ transID }: Subscribe,
	application: Application,
	outcome: Reply,
	duration = 0,
): void {
	application.response({
		...{ status: statusOf(outcome), transID, duration },
		reply: { code: outcome.code, text: outcome.text },
	});
}

function statusOf({ code }: Pick<Reply, "code">): Response["status"] {
	return code === 250 ? "success" : "failure";
}

/** The answer to a publish. */
export function publishedOf(transID: string, outcome: Answer): Published {
	const status = statusOf(outcome);
	return outcome.code === 250
		? { status, transID, reply: done, lastUpdate: outcome.entry.lastUpdate }
		: { status, transID, reply: reply(outcome.code, outcome.text) };
}

export const done: Reply = reply(250);

export function unknown(uri: string): Refusal {
	return refusal(550, `${uri} is not known here`);
}

export const inProgress: Refusal = refusal(
	555,
	"a subscribe to it is in progress",
);

export const nothingToRefresh: Refusal = refusal(
	550,
	"no subscription of this name is in progress",
);

export const notWatched: Refusal = refusal(
	504,
	"who subscribes at another domain is not told here",
);
