import { existsSync } from "node:fs";
import type { Command } from "commander";
import { type Account, AccountError, Accounts } from "../accounts/index.js";
import { silent } from "../names/index.js";
import { LevelStore } from "../store/index.js";
import { endpoint } from "./connect.js";
import { readPassword, type Terminal } from "./password.js";
import { UsageError } from "./report.js";

interface Options {
	readonly data: string;
}

interface PasswordOptions extends Options {
	readonly digest?: boolean;
}

interface ListOptions extends Options {
	readonly json?: true;
}

/**
 * `apex account`: who may log in.
 *
 * @param terminal where passwords come from
 */
export function account(program: Command, terminal?: Terminal): void {
	const group = program
		.command("account")
		.description("who may log in, in the folder of a stopped server");
	withPassword(group.command("add"))
		.description("add an account; asks for its password, or reads a line")
		.action((name, options) => add(name, options, terminal));
	withPassword(group.command("passwd"))
		.description("change the password of an account")
		.option("--no-digest", "do not keep that any more")
		.action((name, options) => passwd(name, options, terminal));
	withData(group.command("remove"))
		.description("remove an account; what it has published stays")
		.argument("<name>", "e.g. fred@example.com")
		.action(remove);
	withData(group.command("list"))
		.description("print the names of the accounts")
		.option("--json", "print JSON, one object a line")
		.action(list);
}

function withData(command: Command): Command {
	return command.option("--data <folder>", "the folder", "./data");
}

function withPassword(command: Command): Command {
	return withData(command)
		.argument("<name>", "e.g. fred@example.com")
		.option(
			"--digest",
			"also keep what DIGEST-MD5 needs, which is as good as the password",
		);
}

async function add(
	name: string,
	{ data, digest = false }: PasswordOptions,
	terminal: Terminal | undefined,
): Promise<void> {
	const owner = endpoint(name);
	await within(data, async (accounts) => {
		if (accounts.get(owner) !== undefined) {
			throw new AccountError(
				`there is an account ${owner} already: apex account passwd`,
			);
		}
		const password = await readPassword({ twice: true }, terminal);
		await accounts.set(owner, password, { digest });
	});
}

async function passwd(
	name: string,
	{ data, digest }: PasswordOptions,
	terminal: Terminal | undefined,
): Promise<void> {
	const owner = endpoint(name);
	await within(data, async (accounts) => {
		const current = accounts.get(owner);
		if (current === undefined) {
			throw new AccountError(`there is no account ${owner}`);
		}
		const password = await readPassword({ twice: true }, terminal);
		const keep = digest ?? current.digest !== undefined;
		await accounts.set(owner, password, { digest: keep });
	});
}

async function remove(name: string, { data }: Options): Promise<void> {
	const owner = endpoint(name);
	await within(data, (accounts) => accounts.remove(owner));
}

async function list({ data, json }: ListOptions): Promise<void> {
	await within(data, async (accounts) => {
		for (const account of accounts.list()) {
			const line = json ? JSON.stringify(shown(account)) : account.name;
			process.stdout.write(`${line}\n`);
		}
	});
}

/** What may be seen of an account. */
function shown({ name, digest }: Account): object {
	return { name, digest: digest !== undefined };
}

/**
 * Opens a folder for as long as `use` takes.
 *
 * @throws StoreError where a server is using the folder
 */
async function within(
	data: string,
	use: (accounts: Accounts) => Promise<void>,
): Promise<void> {
	if (!existsSync(data)) {
		throw new UsageError(`--data ${data}: there is no such folder`);
	}
	let failed: (error: Error) => void = () => {};
	const failure = new Promise<never>((_resolve, reject) => {
		failed = reject;
	});
	const store = await LevelStore.open(data, { log: silent, failed });
	try {
		const accounts = await Accounts.load(store);
		await Promise.race([use(accounts), failure]);
	} finally {
		await store.close();
	}
}
