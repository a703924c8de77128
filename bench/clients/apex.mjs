// Clients of this server: subscribers are attached endpoints, a notification is a MSG.
import { Endpoint } from "./beep.mjs";

const DOMAIN = "example.com";
const DAY = 86_400;

/** The endpoint of a number. */
export const named = (number) => `s${number}@${DOMAIN}`;

/** Connects and attaches. */
export async function attached(port, endpoint, options) {
	const client = await Endpoint.open({ port, ...options });
	await client.start();
	await client.attach(endpoint);
	return client;
}

const subscribe = (publisher, transID, duration) =>
	`<subscribe publisher='${publisher}' duration='${duration}' transID='${transID}' />`;

/** The entry as it is published again and again; `mark` makes the difference. */
export const publish = (publisher, transID, lastUpdate, mark) =>
	`<publish publisher='${publisher}' transID='${transID}' timeStamp='${lastUpdate}'><presence publisher='${publisher}' lastUpdate='${lastUpdate}' publisherInfo='http://www.example.com/${mark}'><tuple destination='apex:fred/appl=im@example.com' availableUntil='2525-12-31T23:59:59Z' /></presence></publish>`;

/** The value of an attribute in the octets of a message. */
export function attributeIn(octets, name, from = 0) {
	const begin = octets.indexOf(` ${name}="`, from, "latin1");
	if (begin < 0) return undefined;
	const value = begin + name.length + 3;
	return octets.latin1Slice(value, octets.indexOf(34, value));
}

/** Waits for the next message that is not left alone. */
function next(client, take) {
	return new Promise((resolve, reject) => {
		client.onMessage = (octets) => {
			try {
				const taken = take(octets);
				if (taken !== undefined) resolve(taken);
			} catch (error) {
				reject(error);
			}
		};
	});
}

/** The `lastUpdate` of an entry, by a poll. */
export async function poll(client, publisher = client.endpoint) {
	const answer = next(client, (octets) => attributeIn(octets, "lastUpdate"));
	await client.operate(subscribe(publisher, 9, 0));
	return answer;
}

/** Subscribes. @returns the message with the entry */
export async function subscribed(client, publisher, transID = 1) {
	const answer = next(client, (octets) => {
		const code = attributeIn(octets, "code");
		if (code !== undefined) throw new Error(octets.latin1Slice());
		return octets.includes("<publish") ? Buffer.from(octets) : undefined;
	});
	await client.operate(subscribe(publisher, transID, DAY));
	return answer;
}

/** A subscriber to fred. `told` is called for each change after the first entry. */
export async function subscriber(port, number, told) {
	const client = await attached(port, named(number));
	await subscribed(client, `fred@${DOMAIN}`);
	client.onMessage = told;
	return client;
}

/** Fred, who publishes. */
export async function publisher(port) {
	const client = await attached(port, `fred@${DOMAIN}`);
	let number = 0;
	return {
		/** Resolves when the service has answered 250. */
		async publish() {
			const lastUpdate = await poll(client);
			number += 1;
			const answer = next(client, (octets) => {
				if (attributeIn(octets, "code") === "250") return true;
				throw new Error(octets.latin1Slice());
			});
			await client.operate(publish(client.endpoint, 8, lastUpdate, number));
			await answer;
		},
		close: () => client.close(),
	};
}
