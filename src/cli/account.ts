import type { Command } from "commander";
import { AdminError } from "../admin/index.js";
import { administered } from "./administered.js";
import { endpoint } from "./connect.js";
import { readPassword, type Terminal } from "./password.js";

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
	const group = program.command("account").description("who may log in");
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
	return command.option("--data <folder>", "the server's folder", "./data");
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
	await administered({ data, create: true }, async (ask) => {
		// before anybody has typed a password for nothing
		const accounts = await ask("account list", {});
		if (accounts.some(({ name }) => name === owner)) {
			throw new AdminError(
				`there is an account ${owner} already: apex account passwd`,
			);
		}
		const password = await readPassword({ twice: true }, terminal);
		await ask("account add", { name: owner, password, digest });
	});
}

async function passwd(
	name: string,
	{ data, digest }: PasswordOptions,
	terminal: Terminal | undefined,
): Promise<void> {
	const owner = endpoint(name);
	await administered({ data }, async (ask) => {
		// before anybody has typed a password for nothing
		await ask("account get", { name: owner });
		const password = await readPassword({ twice: true }, terminal);
		await ask("account passwd", {
			...{ name: owner, password },
			...(digest !== undefined && { digest }),
		});
	});
}

async function remove(name: string, { data }: Options): Promise<void> {
	const owner = endpoint(name);
	await administered({ data }, async (ask) => {
		await ask("account remove", { name: owner });
	});
}

async function list({ data, json }: ListOptions): Promise<void> {
	await administered({ data }, async (ask) => {
		for (const account of await ask("account list", {})) {
			const line = json ? JSON.stringify(account) : account.name;
			process.stdout.write(`${line}\n`);
		}
	});
}
