import { createInterface } from "node:readline/promises";
import type { Readable } from "node:stream";
import { Writable } from "node:stream";
import { UsageError } from "./report.js";

/** Where a password is asked for: standard input, and where a prompt shows. */
export interface Terminal {
	readonly input: Readable & { readonly isTTY?: boolean };
	readonly prompt: Writable;
}

/**
 * A password: asked for, unseen, of a person at a terminal, or else the first line of the input.
 * It is never an argument, since everybody on the machine sees those.
 *
 * @param twice a person types it again, so that it is what they meant
 * @throws UsageError where there is none, or the two differ
 */
export async function readPassword(
	{ twice = false } = {},
	terminal: Terminal = { input: process.stdin, prompt: process.stderr },
): Promise<string> {
	const { isTTY = false } = terminal.input;
	const password = isTTY
		? await ask("Password: ", terminal)
		: await firstLine(terminal.input);
	if (password === "") throw new UsageError("there is no password");
	if (isTTY && twice && (await ask("Again: ", terminal)) !== password) {
		throw new UsageError("these are two different passwords");
	}
	return password;
}

async function ask(
	question: string,
	{ input, prompt }: Terminal,
): Promise<string> {
	// readline edits the line as ever, and what it would show goes nowhere
	const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
	const lines = createInterface({ input, output: unseen, terminal: true });
	const interrupted = new AbortController();
	lines.once("SIGINT", () => interrupted.abort());
	lines.once("close", () => interrupted.abort());
	// not before: until now the terminal has shown what is typed
	prompt.write(question);
	try {
		return await lines.question("", { signal: interrupted.signal });
	} catch {
		throw new UsageError("there is no password");
	} finally {
		lines.close();
		prompt.write("\n");
	}
}

async function firstLine(input: Readable): Promise<string> {
	const lines = createInterface({ input });
	try {
		for await (const line of lines) return line;
		return "";
	} finally {
		// whoever keeps the other end open does not keep this process waiting
		input.destroy();
	}
}
