import { type Command, Option } from "commander";
import type { PresenceEntry, Subscriber } from "../client/index.js";
import { parseTimestamp } from "../names/index.js";

/** How a presence entry is printed: a line for people, or one for programs. */
export const FORMATS = ["text", "json", "xml"] as const;
export type Format = (typeof FORMATS)[number];

/** Adds `--format`. */
export function withFormat(command: Command): Command {
	return command.addOption(
		new Option("--format <form>", "how to print").choices(FORMATS),
	);
}

/** What `--format` or `--json` says. */
export function formatOf(options: { format?: Format; json?: true }): Format {
	return options.format ?? (options.json ? "json" : "text");
}

/** One line, with its end. */
export function entryLine(entry: PresenceEntry, format: Format): string {
	const { xml, ...fields } = entry;
	if (format === "json") return `${JSON.stringify(fields)}\n`;
	if (format === "xml") return `${xml.replace(/\s*\n\s*/g, " ")}\n`;
	const { lastUpdate, publisher, publisherInfo, tuples } = entry;
	const info = publisherInfo === "" ? "" : ` (${publisherInfo})`;
	const whereabouts = tuples
		.map(({ destination, availableUntil }) =>
			isAvailable(availableUntil, lastUpdate)
				? `${destination} available until ${availableUntil}`
				: `${destination} not available`,
		)
		.join(", ");
	return `${lastUpdate} ${publisher}${info}: ${whereabouts}\n`;
}

/** RFC 3343 §3: an entity whose `availableUntil` is past is known, and not available. */
function isAvailable(until: string, lastUpdate: string): boolean {
	const [end, update] = [parseTimestamp(until), parseTimestamp(lastUpdate)];
	return end === undefined || update === undefined || end.ms > update.ms;
}

/** One line, with its end. */
export function subscriberLine(news: Subscriber, json?: true): string {
	if (json) return `${JSON.stringify(news)}\n`;
	const { subscriber, action, duration } = news;
	if (action === "terminate") return `${subscriber} left\n`;
	return duration === 0
		? `${subscriber} polled\n`
		: `${subscriber} subscribed for ${duration} s\n`;
}
