// Fan-out: one publisher, N subscribers, each on a connection of its own; every notification
// is acknowledged. Prints the CPU that the server takes for a million of them.
//
//   npm run build && node bench/fanout.mjs [N=500] [NOTIFICATIONS=200000] [ROUNDS=5]
//
// A publish waits until all have heard of the one before, so that nothing is coalesced.
import * as aedes from "./contestants/aedes.mjs";
import * as apex from "./contestants/apex.mjs";
import * as floor from "./contestants/floor.mjs";
import * as mosquitto from "./contestants/mosquitto.mjs";
import { cpuOf, median } from "./process.mjs";

const [subscribers = 500, notifications = 200_000, rounds = 5] = process.argv
	.slice(2)
	.map(Number);
const contestants = [floor, apex, mosquitto, aedes];

async function round({ start, subscriber, publisher }) {
	const server = await start();
	let heard = 0;
	let all = () => {};
	const told = () => {
		heard += 1;
		if (heard === subscribers) all();
	};
	const clients = [];
	for (let number = 0; number < subscribers; number++) {
		clients.push(await subscriber(server.port, number, told));
	}
	const source = await publisher(server.port);
	const publish = () =>
		new Promise((resolve) => {
			heard = 0;
			let left = 2;
			const one = () => {
				left -= 1;
				if (left === 0) resolve();
			};
			all = one;
			source.publish().then(one);
		});
	const publishes = Math.ceil(notifications / subscribers);
	for (let warm = 0; warm < publishes / 5; warm++) await publish();
	const cpu = cpuOf(server.pid);
	const began = process.hrtime.bigint();
	for (let number = 0; number < publishes; number++) await publish();
	const used = cpuOf(server.pid) - cpu;
	const seconds = Number(process.hrtime.bigint() - began) / 1e9;
	for (const client of [...clients, source]) client.close();
	await server.stop();
	const count = publishes * subscribers;
	return { cpu: (used / count) * 1e6, rate: count / seconds };
}

const figures = new Map(contestants.map(({ name }) => [name, []]));
for (let number = 0; number < rounds; number++) {
	for (const contestant of contestants) {
		figures.get(contestant.name).push(await round(contestant));
	}
}
const ours = median(figures.get(apex.name).map(({ cpu }) => cpu));
console.log(
	`${subscribers} subscribers, medians of ${rounds} interleaved rounds`,
);
for (const [name, rounds] of figures) {
	const cpu = median(rounds.map(({ cpu }) => cpu));
	const rate = median(rounds.map(({ rate }) => rate));
	console.log(
		`${name.padEnd(20)} ${cpu.toFixed(1).padStart(6)} s CPU per million, ${Math.round(rate).toString().padStart(7)}/s delivered; apex-presence takes ${(ours / cpu).toFixed(2)} of it`,
	);
}
process.exit();
