import type { Command } from "commander";
import {
	attached,
	type ClientOptions,
	endpoint,
	withClientOptions,
} from "./connect.js";
import { seconds, withDuration } from "./duration.js";
import { subscriberLine } from "./format.js";

interface Options extends ClientOptions {
	readonly duration: string;
}

/** `apex watch`: who subscribes to an endpoint. */
export function watch(program: Command): void {
	withDuration(withClientOptions(program.command("watch")))
		.description("follow who subscribes to an endpoint")
		.argument("<endpoint>", "e.g. fred@example.com")
		.action(run);
}

async function run(subject: string, options: Options): Promise<void> {
	const duration = seconds(options.duration);
	await attached(options, endpoint(subject), async ({ attachment, signal }) => {
		const news = attachment.watch(subject, { duration, signal });
		for await (const one of news) {
			process.stdout.write(subscriberLine(one, options.json));
		}
	});
}
