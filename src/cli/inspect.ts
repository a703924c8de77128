import type { Command } from "commander";
import { withStore } from "./folder.js";

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
	await withStore(data, {}, async (store) => {
		for await (const row of store.inspect()) {
			const line = json
				? JSON.stringify(row)
				: `${row.section} ${row.key} ${JSON.stringify(row.value)}`;
			process.stdout.write(`${line}\n`);
		}
	});
}
