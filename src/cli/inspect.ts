import { existsSync } from "node:fs";
import type { Command } from "commander";
import { silent } from "../names/index.js";
import { LevelStore } from "../store/index.js";
import { UsageError } from "./report.js";

interface Options {
	readonly data: string;
	readonly json?: true;
}

/** `apex inspect`: prints what a data folder holds. */
export function inspect(program: Command): void {
	program
		.command("inspect")
		.description("print what a data folder holds; no server may be using it")
		.option("--data <folder>", "the folder", "./data")
		.option("--json", "print JSON, one object a line")
		.action(run);
}

async function run({ data, json }: Options): Promise<void> {
	if (!existsSync(data)) {
		throw new UsageError(`--data ${data}: there is no such folder`);
	}
	const store = await LevelStore.open(data, { log: silent, failed: () => {} });
	try {
		for await (const row of store.inspect()) {
			const line = json
				? JSON.stringify(row)
				: `${row.section} ${row.key} ${JSON.stringify(row.value)}`;
			process.stdout.write(`${line}\n`);
		}
	} finally {
		await store.close();
	}
}
