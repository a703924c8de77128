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

/** Publishes each entry once. @returns milliseconds, from sending it to its 250 */
export async function publishAll() {
	const took = [];
	await Promise.all(
		publishers.map(async ({ client, entries }) => {
			for (const entry of entries) {
				const began = performance.now();
				await new Promise((resolve, reject) => {
					client.onMessage = (octets) => {
						if (attributeIn(octets, "code") === "250") resolve();
						else reject(new Error(octets.latin1Slice()));
					};
					entry.mark += 1;
					const { endpoint, lastUpdate, mark } = entry;
					client.operate(publish(endpoint, 8, lastUpdate, mark), endpoint);
				});
				took.push(performance.now() - began);
			}
		}),
	);
	return took;
}
