import type { Command } from "commander";
import {
	attached,
	type ClientOptions,
	endpoint,
	withClientOptions,
} from "./connect.js";
import { entryLine, type Format, formatOf, withFormat } from "./format.js";

/** `apex fetch`: asks once. */
export function fetch(program: Command): void {
	withFormat(withClientOptions(program.command("fetch")))
		.description("print the presence of an endpoint")
		.argument("<endpoint>", "e.g. fred@example.com")
		.action(run);
}

async function run(
	subject: string,
	options: ClientOptions & { format?: Format },
): Promise<void> {
	await attached(options, endpoint(subject), async ({ attachment, signal }) => {
		const entry = await attachment.poll(subject, { signal });
		process.stdout.write(entryLine(entry, formatOf(options)));
	});
}
