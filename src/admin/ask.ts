import { once } from "node:events";
import { connect } from "node:net";
import type { z } from "zod";
import { AdminError } from "./error.js";
import { lines, sendLine } from "./lines.js";
import { socketPath } from "./path.js";
import { type Answer, type Operation, protocol, reply } from "./protocol.js";

/** What an operation is handed. */
export type Input<Name extends Operation> = z.input<
	(typeof protocol)[Name]["input"]
>;

/** Has an operation done, wherever that is. @throws AdminError where it is refused */
export type Ask = <Name extends Operation>(
	operation: Name,
	input: Input<Name>,
) => Promise<Answer<Name>>;

/**
 * Asks the server behind a socket to do an operation.
 *
 * @throws AdminError where it refuses, or goes away before it has answered; an error of the
 *   file system (`ENOENT`, `ECONNREFUSED`, `EACCES`) where nobody can be reached there
 */
export async function askAdmin<Name extends Operation>(
	path: string,
	operation: Name,
	input: Input<Name>,
): Promise<Answer<Name>> {
	const socket = connect({ path: socketPath(path) });
	await once(socket, "connect");
	const line = await exchange();
	if (line === undefined) {
		throw new AdminError(
			`the server ended before it answered: ${operation} may have been done or not`,
		);
	}
	const answered = reply.parse(JSON.parse(line));
	if ("refusal" in answered) {
		throw new AdminError(answered.refusal.text, answered.refusal.code);
	}
	return protocol[operation].answer.parse(answered.answer) as Answer<Name>;

	async function exchange(): Promise<string | undefined> {
		try {
			const answers = lines(socket);
			// what goes wrong with the socket, the answers end with
			sendLine(socket, { operation, input }).catch(() => {});
			return (await answers.next()).value ?? undefined;
		} catch {
			return undefined;
		} finally {
			socket.destroy();
		}
	}
}
