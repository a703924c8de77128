// Endpoints that all come back at once: each connects, attaches, and subscribes to others.
import { attached, attributeIn } from "../clients/apex.mjs";
import { atOnce } from "../parts/at-once.mjs";

const CONNECTING = 256;

/** Resolves when the entry of each subject has come. */
export function storm({ port, endpoints, subjects, client }) {
	const one = client === "mqtt" ? mqttOne : apexOne;
	return atOnce(endpoints, CONNECTING, (number) =>
		one(port, number, endpoints, subjects),
	);
}

const employee = (number, endpoints) =>
	`employee${number % endpoints}@example.com`;

async function apexOne(port, number, endpoints, subjects) {
	const client = await attached(port, employee(number, endpoints));
	await new Promise((resolve, reject) => {
		let heard = 0;
		client.onMessage = (octets) => {
			if (attributeIn(octets, "code") !== undefined) {
				reject(new Error(octets.latin1Slice()));
			}
			heard += 1;
			if (heard === subjects) resolve();
		};
		for (let nth = 1; nth <= subjects; nth++) {
			const publisher = employee(number + nth, endpoints);
			client.operate(
				`<subscribe publisher='${publisher}' duration='86400' transID='${nth}' />`,
			);
		}
	});
}

/** The same over MQTT, where entries are retained messages. */
async function mqttOne(port, number, endpoints, subjects) {
	const { Connection } = await import("../clients/mqtt.mjs");
	const client = await Connection.open(port, employee(number, endpoints));
	await new Promise((resolve) => {
		let heard = 0;
		client.onPublish = () => {
			heard += 1;
			if (heard === subjects) resolve();
		};
		for (let nth = 1; nth <= subjects; nth++) {
			client.subscribe(`presence/${employee(number + nth, endpoints)}`);
		}
	});
}

/** Publishes what is retained of each endpoint. */
export async function retain({ port, endpoints }) {
	const { Connection } = await import("../clients/mqtt.mjs");
	const client = await Connection.open(port, "publisher");
	for (let number = 0; number < endpoints; number++) {
		await client.publish(`presence/${employee(number, endpoints)}`, true);
	}
	client.close();
}
