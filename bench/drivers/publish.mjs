// Publishers at once, who all publish entries that nobody subscribes to. Each is attached as
// many endpoints, so that it knows the `lastUpdate` of all of them before it is timed.
import { attributeIn, poll, publish } from "../clients/apex.mjs";
import { Endpoint } from "../clients/beep.mjs";

let publishers;

/** Connects, and attaches each publisher as so many endpoints. */
export async function open({ port, width, endpoints }) {
	publishers = await Promise.all(
		Array.from({ length: width }, async (_, number) => {
			const client = await Endpoint.open({ port });
			await client.start();
			const entries = [];
			for (let nth = 0; nth < endpoints; nth++) {
				const endpoint = `p${number}.${nth}@example.com`;
				await client.attach(endpoint);
				entries.push({ endpoint, lastUpdate: "", mark: 0 });
			}
			return { client, entries };
		}),
	);
}

/** Finds out when the entries were last updated. */
export async function look() {
	await Promise.all(
		publishers.map(async ({ client, entries }) => {
			for (const entry of entries) {
				client.endpoint = entry.endpoint;
				entry.lastUpdate = await poll(client, entry.endpoint);
			}
		}),
	);
}

/**
 * Publishes each entry once. What acknowledges an answer leaves together with the next
 * publish, as it does from any client that writes once in a turn.
 *
 * @returns milliseconds, from sending each to its 250
 */
export async function publishAll() {
	const took = [];
	await Promise.all(
		publishers.map(
			({ client, entries }) =>
				new Promise((resolve, reject) => {
					const left = entries.values();
					let began;
					const next = () => {
						const { value: entry } = left.next();
						if (entry === undefined) return resolve();
						entry.mark += 1;
						const { endpoint, lastUpdate, mark } = entry;
						began = performance.now();
						const element = publish(endpoint, 8, lastUpdate, mark);
						client.operate(element, endpoint).catch(reject);
					};
					client.onMessage = (octets) => {
						if (attributeIn(octets, "code") !== "250") {
							return reject(new Error(octets.latin1Slice()));
						}
						took.push(performance.now() - began);
						next();
					};
					next();
				}),
		),
	);
	return took;
}
