import { relative } from "node:path";
import { AdminError } from "./error.js";

// of sun_path, less the NUL: 104 octets on BSD and macOS, 108 on Linux
const MAX_OCTETS = 103;

/**
 * A path of a socket that the system takes. One that is too long it would cut short without a
 * word, and use another.
 *
 * @throws AdminError where there is none, from the folder that this process is in
 */
export function socketPath(path: string): string {
	const paths = [path, relative(process.cwd(), path)];
	const short = paths.find((path) => Buffer.byteLength(path) <= MAX_OCTETS);
	if (short !== undefined) return short;
	throw new AdminError(
		`${path} is too long for a socket (${MAX_OCTETS} octets)`,
	);
}
