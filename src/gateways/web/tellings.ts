/** What is told over `cpp.v1`: docs/cpp-json.schema.json. */
import {
	type Application,
	formatPres,
	type Notification,
	type Published,
	type Response,
	type SubscriptionName,
	type WatcherNews,
} from "../../cpp/index.js";
import { type Endpoint, formatTimestamp } from "../../names/index.js";
import type { Unreadable } from "./messages.js";
import type { Outbox } from "./outbox.js";

/**
 * What the service invokes, said to the other end.
 *
 * @param key one for each subscription
 * @param over called when an operation is refused, or what it began ends by itself
 */
export function applicationOf(
	outbox: Outbox,
	key: string,
	over: (why: "refused" | "ended") => void,
): Application {
	return {
		response(response) {
			if (response.status === "failure") over("refused");
			outbox.send(responseText(response));
		},
		notify: (notification) => outbox.state(key, () => notifyText(notification)),
		watched: (news) => outbox.send(watchedText(news)),
		ended(name) {
			over("ended");
			outbox.settle(key);
			outbox.send(endedText(name));
		},
	};
}

/** RFC 3859 §3.1, the response; of a publish with what the entry's `lastUpdate` is now. */
export function responseText(
	outcome: Omit<Response, "duration"> &
		Pick<Published, "lastUpdate"> &
		Partial<Pick<Response, "duration">>,
): string {
	const { transID, status, duration, reply, lastUpdate } = outcome;
	const { code, text } = reply;
	const updated = lastUpdate === undefined ? {} : updateOf({ lastUpdate });
	return JSON.stringify({
		...{ op: "response", transID, status, duration, code, text },
		...updated,
	});
}

/** RFC 3859 §3.1, the notify. */
function notifyText(notification: Notification): string {
	const { transID, content, entry } = notification;
	const { contentType, octets } = content;
	const base64 = Buffer.from(octets).toString("base64");
	return JSON.stringify({
		...{ op: "notify", ...nameOf(notification), transID },
		...updateOf(entry),
		content: { contentType, base64 },
	});
}

/** RFC 3343 §4.6: somebody has subscribed, or no longer does. */
function watchedText(news: WatcherNews): string {
	const { subscriber, action, duration } = news.news;
	return JSON.stringify({
		...{ op: "watched", ...nameOf(news) },
		...{ subscriber: formatPres(subscriber), action, duration },
	});
}

function endedText(name: SubscriptionName): string {
	return JSON.stringify({ op: "ended", ...nameOf(name) });
}

export function welcomeText(who: Endpoint): string {
	return JSON.stringify({ op: "welcome", endpoint: formatPres(who) });
}

export function errorText({ code, text, transID }: Unreadable): string {
	return JSON.stringify({ op: "error", code, text, transID });
}

function nameOf({ watcher, target, subscriptID }: SubscriptionName): object {
	return { watcher, target, subscriptID };
}

function updateOf({ lastUpdate }: { lastUpdate: number }): object {
	return { lastUpdate: formatTimestamp(lastUpdate) };
}
