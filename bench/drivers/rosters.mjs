// Endpoints that all subscribe to some of the others and to themselves, and publish at random.
import {
	attached,
	attributeIn,
	publish as publishElement,
	subscribed,
} from "../clients/apex.mjs";
import { member } from "../clients/floor.mjs";
import { login } from "../clients/xmpp.mjs";
import { atOnce } from "../parts/at-once.mjs";

let endpoints;
let hearers;
/** By the number of the publisher: the publish that not all have heard of yet. */
const pending = new Map();
let mark = 0;
let took = [];

/** Someone was told of the change of another. */
function heard(publisher, itsMark) {
	const publication = pending.get(publisher);
	if (publication === undefined || publication.mark !== itsMark) return;
	publication.left -= 1;
	if (publication.left > 0) return;
	pending.delete(publisher);
	took.push(performance.now() - publication.due);
}

const CONNECT = { apex: overApex, xmpp: overXmpp, floor: barely };

/** Connects everybody; `contacts` are the subscribers of each, by number. */
export async function open({ client, port, contacts }) {
	hearers = contacts.map((of) => of.length + 1);
	endpoints = await CONNECT[client](port, contacts);
}

/**
 * Publishes at random, so often in a second.
 *
 * @returns how many milliseconds each took, from when it was due until the last one heard
 */
export async function publish({ rate, seconds }) {
	took = [];
	const count = rate * seconds;
	const began = performance.now();
	for (let number = 0; number < count; ) {
		const due = began + (number * 1000) / rate;
		if (performance.now() < due) {
			await new Promise((resolve) => setTimeout(resolve, 1));
			continue;
		}
		const publisher = Math.floor(Math.random() * endpoints.length);
		if (pending.has(publisher)) {
			// those who hear of it have to come to their turn
			await new Promise((resolve) => setImmediate(resolve));
			continue;
		}
		mark += 1;
		pending.set(publisher, { mark, due, left: hearers[publisher] });
		endpoints[publisher].publish(mark);
		number += 1;
	}
	const until = performance.now() + 60_000;
	while (pending.size > 0) {
		if (performance.now() > until) throw new Error(`${pending.size} unheard`);
		await new Promise((resolve) => setTimeout(resolve, 1));
	}
	return took;
}

const named = (number) => `e${number}@example.com`;

async function overApex(port, contacts) {
	const clients = await atOnce(contacts.length, 64, (number) =>
		attached(port, named(number)),
	);
	const updates = [];
	await atOnce(contacts.length, 64, async (number) => {
		const client = clients[number];
		let transID = 0;
		for (const contact of [...contacts[number], number]) {
			transID += 1;
			const octets = await subscribed(client, named(contact), transID);
			// a publisher has to know when its own entry was last updated
			updates[number] = attributeIn(octets, "lastUpdate");
		}
		client.onMessage = (octets) => {
			const at = octets.indexOf("<presence ");
			if (at < 0) {
				if (attributeIn(octets, "code") !== "250") {
					throw new Error(octets.latin1Slice());
				}
				return;
			}
			const publisher = Number.parseInt(
				attributeIn(octets, "publisher", at).slice(1),
				10,
			);
			if (publisher === number) {
				updates[number] = attributeIn(octets, "lastUpdate", at);
			}
			const info = attributeIn(octets, "publisherInfo", at);
			heard(publisher, Number(info?.slice(info.lastIndexOf("/") + 1)));
		};
	});
	return clients.map((client, number) => ({
		publish(mark) {
			const element = publishElement(
				client.endpoint,
				99,
				updates[number],
				mark,
			);
			client.operate(element);
		},
	}));
}

const senderOf = (stanza) =>
	Number.parseInt(stanza.slice(stanza.indexOf("from='u") + 7), 10);

function take(stanza) {
	const status = stanza.indexOf("<status>");
	if (status < 0) return;
	heard(senderOf(stanza), Number.parseInt(stanza.slice(status + 8), 10));
}

async function overXmpp(port, contacts) {
	const streams = await atOnce(contacts.length, 64, (number) =>
		login(port, number),
	);
	// each hears of each contact and of itself before anything is timed
	const strangers = contacts.map((of, number) => new Set([...of, number]));
	await new Promise((resolve) => {
		let left = contacts.length;
		for (const [number, stream] of streams.entries()) {
			stream.onPresence = (stanza) => {
				strangers[number].delete(senderOf(stanza));
				if (strangers[number].size > 0) return;
				stream.onPresence = take;
				left -= 1;
				if (left === 0) resolve();
			};
		}
		for (const stream of streams) stream.send("<presence/>");
	});
	return streams.map((stream) => ({
		publish(mark) {
			stream.send(`<presence><status>${mark}</status></presence>`);
		},
	}));
}

async function barely(port, contacts) {
	const members = await atOnce(contacts.length, 64, (number) =>
		member(port, number, (message) => {
			const [, publisher, mark] = message.split(";", 3);
			heard(Number(publisher), Number(mark));
		}),
	);
	return members.map(({ tell }, number) => ({
		publish: (mark) => tell([...contacts[number], number], `${number};${mark}`),
	}));
}
