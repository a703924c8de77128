// Endpoints that attach and do nothing else, and one who polls.
import { attached, named, poll } from "../clients/apex.mjs";
import { atOnce } from "../parts/at-once.mjs";

let attachedSoFar = 0;

/** Attaches so many more, each on a connection of its own. */
export async function attach({ port, count }) {
	const first = attachedSoFar;
	attachedSoFar += count;
	await atOnce(count, 64, (number) => attached(port, named(first + number)));
}

/** Polls an entry. @returns when it was answered, in milliseconds since 1970 */
export async function ask({ port, as, publisher }) {
	const client = await attached(port, as);
	await poll(client, publisher);
	const at = performance.timeOrigin + performance.now();
	client.close();
	return at;
}
