#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { Command } from "commander";
import { access } from "./access.js";
import { account } from "./account.js";
import { bench } from "./bench.js";
import { fetch } from "./fetch.js";
import { inspect } from "./inspect.js";
import { publish } from "./publish.js";
import { replay } from "./replay.js";
import { complaint, report } from "./report.js";
import { serve } from "./serve.js";
import { subscribe } from "./subscribe.js";
import { watch } from "./watch.js";

const { version } = JSON.parse(
	readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
) as { version: string };

const program = new Command("apex")
	.description("an APEX presence service (RFC 3343) and its tools")
	.version(version)
	.configureOutput({
		outputError: (text, write) =>
			write(complaint(`${text.replace(/^error: /, "")} (see apex --help)`)),
	})
	.exitOverride();

for (const add of [
	serve,
	publish,
	fetch,
	subscribe,
	watch,
	access,
	account,
	replay,
	inspect,
	bench,
]) {
	add(program);
}

// whoever reads what is printed may stop reading, and then it is printed for nobody
process.stdout.on("error", () => {});

try {
	await program.parseAsync();
} catch (error) {
	process.exitCode = report(error);
}
