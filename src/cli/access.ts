import type { Command } from "commander";
import { AdminError } from "../admin/index.js";
import { type AccessEntry, ApexError } from "../client/index.js";
import { addressOf } from "../names/index.js";
import { administered } from "./administered.js";
import {
	attached,
	type ClientOptions,
	endpoint,
	withClientOptions,
} from "./connect.js";
import { type Entries, entriesOf, entriesOver } from "./entries.js";
import { EXIT, UsageError } from "./report.js";

interface Options extends ClientOptions {
	readonly data?: string;
	readonly config?: string;
}

interface SetOptions extends Options {
	readonly delete?: true;
}

/** How often a set is tried while others set the same entry in between. */
const ATTEMPTS = 8;

const ACTION = /^[^\s:]+:[^\s:]+$/;

/** `apex access`: who may do what to an endpoint. */
export function access(program: Command): void {
	const group = program
		.command("access")
		.description("who may do what to an endpoint (RFC 3341)");
	withOptions(group.command("query"))
		.description("ask whether an actor may do all of some actions")
		.argument("<owner>", "e.g. fred@example.com")
		.argument("<actor>", "an endpoint, e.g. barney@example.com")
		.argument("<action...>", "e.g. core:data presence:subscribe")
		.action(query);
	withOptions(group.command("get"))
		.description("print the entry that was set for an owner and an actor")
		.argument("<owner>", "e.g. fred@example.com")
		.argument("<actor>", "as it was set, e.g. '*@example.com'")
		.action(get);
	withOptions(group.command("set"))
		.description("create, replace or delete the entry of an owner and an actor")
		.argument("<owner>", "e.g. fred@example.com")
		.argument("<actor>", "may hold wildcards, e.g. '*@example.com'")
		.argument("[action...]", "e.g. core:data presence:subscribe")
		.option("--delete", "delete the entry")
		.action(set);
	withOptions(group.command("list"))
		.description("print the entries that were set; needs --data")
		.argument("[owner]", "whose; everybody's where it is left out")
		.action(list);
}

function withOptions(command: Command): Command {
	return withClientOptions(command)
		.option("--data <folder>", "as an administrator: the server's folder")
		.option(
			"--config <file>",
			"with --data, while it is stopped: its configuration",
		);
}

async function query(
	owner: string,
	actor: string,
	actions: string[],
	options: Options,
): Promise<void> {
	checkActions(actions);
	await using(owner, options, async (entries) => {
		const allowed = await entries.query({ owner, actor, actions });
		const text = allowed ? "allow" : "deny";
		process.stdout.write(
			options.json ? `${JSON.stringify({ allowed })}\n` : `${text}\n`,
		);
		if (!allowed) process.exitCode = EXIT.refused;
	});
}

async function get(
	owner: string,
	actor: string,
	options: Options,
): Promise<void> {
	await using(owner, options, async (entries) => {
		print(await entries.get({ owner, actor }), options);
	});
}

async function set(
	owner: string,
	actor: string,
	actions: string[],
	options: SetOptions,
): Promise<void> {
	checkActions(actions);
	if ((options.delete === true) !== (actions.length === 0)) {
		throw new UsageError("say either which actions to permit, or --delete");
	}
	await using(owner, options, async (entries) => {
		await replace(entries, { owner, actor, actions });
		if (options.json) process.stdout.write('{"code":250}\n');
	});
}

async function list(
	owner: string | undefined,
	options: Options,
): Promise<void> {
	const { data, config } = options;
	const whose = owner === undefined ? {} : { owner: endpoint(owner) };
	if (data === undefined) {
		throw new UsageError(
			"only an administrator may list (RFC 3341 has no such operation): " +
				"say --data FOLDER, or get one entry",
		);
	}
	await administered({ data, config }, async (ask) => {
		for (const entry of await ask("access list", whose)) print(entry, options);
	});
}

async function using(
	owner: string,
	{ data, config, ...options }: Options,
	use: (entries: Entries) => Promise<void>,
): Promise<void> {
	const self = addressOf(endpoint(owner));
	if (data !== undefined) {
		return administered({ data, config }, (ask) => use(entriesOf(ask)));
	}
	if (config !== undefined) {
		throw new UsageError("--config goes with --data");
	}
	return attached(options, self, ({ attachment, signal }) =>
		use(entriesOver(attachment, signal)),
	);
}

/** RFC 3341 §4.4: whoever replaces an entry says when it was last updated, so it is looked up. */
async function replace(
	entries: Entries,
	entry: Omit<AccessEntry, "lastUpdate">,
): Promise<void> {
	for (let attempt = 1; ; attempt++) {
		const current = await find(entries, entry);
		try {
			return await entries.set({ ...entry, lastUpdate: current?.lastUpdate });
		} catch (error) {
			if (!isRefusal(error, 555) || attempt === ATTEMPTS) throw error;
		}
	}
}

/** The entry that is there; to delete one there must be one. */
async function find(
	entries: Entries,
	{ owner, actor, actions }: Omit<AccessEntry, "lastUpdate">,
): Promise<AccessEntry | undefined> {
	try {
		return await entries.get({ owner, actor });
	} catch (error) {
		if (isRefusal(error, 551) && actions.length > 0) return undefined;
		throw error;
	}
}

function isRefusal(error: unknown, code: number): boolean {
	const refused = error instanceof ApexError || error instanceof AdminError;
	return refused && error.code === code;
}

function checkActions(actions: readonly string[]): void {
	for (const action of actions) {
		if (ACTION.test(action)) continue;
		throw new UsageError(
			`${action} is no action; one looks like presence:subscribe`,
		);
	}
}

function print(entry: AccessEntry, { json }: Options): void {
	const { owner, actor, actions, lastUpdate } = entry;
	const text = `${owner} ${actor} ${actions.join(" ")} (${lastUpdate})`;
	process.stdout.write(`${json ? JSON.stringify(entry) : text}\n`);
}
