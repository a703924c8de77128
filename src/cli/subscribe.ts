import type { Command } from "commander";
import {
	attached,
	type ClientOptions,
	endpoint,
	withClientOptions,
} from "./connect.js";
import { seconds, withDuration } from "./duration.js";
import { entryLine, type Format, formatOf, withFormat } from "./format.js";

interface Options extends ClientOptions {
	readonly duration: string;
	readonly format?: Format;
}

/** `apex subscribe`: follows an endpoint, one line for each change. */
export function subscribe(program: Command): void {
	withDuration(withFormat(withClientOptions(program.command("subscribe"))))
		.description("follow the presence of an endpoint")
		.argument("<endpoint>", "e.g. fred@example.com")
		.action(run);
}

async function run(subject: string, options: Options): Promise<void> {
	const duration = seconds(options.duration);
	await attached(options, endpoint(subject), async ({ attachment, signal }) => {
		const entries = attachment.subscribe(subject, { duration, signal });
		for await (const entry of entries) {
			process.stdout.write(entryLine(entry, formatOf(options)));
		}
	});
}
