import { CommanderError } from "commander";
import { AdminError } from "../admin/index.js";
import { ApexError, ConnectionError } from "../client/index.js";
import { ConfigError } from "../config/index.js";
import { StoreError } from "../store/index.js";

/** How a command ends. */
export const EXIT = { done: 0, refused: 1, usage: 2, noConnection: 3 } as const;

/** A command was called with words that make no sense. */
export class UsageError extends Error {
	override readonly name = "UsageError";
}

const CONNECTION = new Set([
	"ECONNREFUSED",
	"ECONNRESET",
	"EHOSTUNREACH",
	"ENETUNREACH",
	"EPIPE",
	"ETIMEDOUT",
]);

/** Whether a name was looked up and has no address, or none for now. */
export function isUnresolved(error: unknown): boolean {
	const { code } = error as { code?: unknown };
	return code === "ENOTFOUND" || code === "EAI_AGAIN";
}

/**
 * Says in one line on standard error what went wrong and what to do about it.
 *
 * @returns the exit code
 */
export function report(error: unknown): number {
	if (error instanceof CommanderError) {
		// commander has printed its own line; help and --version are no errors
		return error.exitCode === 0 ? EXIT.done : EXIT.usage;
	}
	const { code, message } = error as Error & { code?: unknown };
	const refused = error instanceof ApexError || error instanceof AdminError;
	if (refused && typeof code === "number") {
		const hint = code === 530 ? " (--password-file FILE)" : "";
		return say(`${code} ${message}${hint}`, EXIT.refused);
	}
	if (error instanceof UsageError || error instanceof ConfigError) {
		return say(message, EXIT.usage);
	}
	if (error instanceof StoreError && error.code === "LOCKED") {
		return say(
			`${message}: stop it first, or name another folder (--data FOLDER)`,
			EXIT.refused,
		);
	}
	if (error instanceof ConnectionError) return say(message, EXIT.noConnection);
	if (typeof code === "string" && CONNECTION.has(code)) {
		return say(
			`${message}: is a server running there? (apex serve, or --server HOST:PORT)`,
			EXIT.noConnection,
		);
	}
	if (isUnresolved(error)) {
		return say(
			`${message}: is the name right? (--server HOST:PORT)`,
			EXIT.noConnection,
		);
	}
	if (code === "EADDRINUSE") {
		return say(
			`${message}: is a server running there already? (--listen HOST:PORT)`,
			EXIT.refused,
		);
	}
	return say(message, EXIT.refused);
}

function say(line: string, exit: number): number {
	process.stderr.write(complaint(line));
	return exit;
}

/** What went wrong as the one line that is printed, with its end. */
export function complaint(text: string): string {
	return `apex: ${text.replace(/\s*\n\s*/g, " ")}\n`;
}
