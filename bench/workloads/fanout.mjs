// One publisher and N subscribers, each on a connection of its own.
import * as aedes from "../contestants/aedes.mjs";
import * as apex from "../contestants/apex.mjs";
import * as floor from "../contestants/floor.mjs";
import * as mosquitto from "../contestants/mosquitto.mjs";
import { lines } from "../parts/chart.mjs";
import { startDriver } from "../parts/driver.mjs";
import { cpuOf } from "../parts/process.mjs";

export const title = "Fan-out";

export const columns = {
	cpu: { title: "server CPU, s per million", digits: 1, compared: true },
	rate: { title: "delivered/s", digits: 0 },
	driver: { title: "clients' CPU, s per million", digits: 1 },
};

const contestants = [floor, apex, mosquitto, aedes].filter(
	({ isInstalled = true }) => isInstalled,
);
const label = (subscribers) => `N=${subscribers.toLocaleString("en")}`;

/** Measures one contestant with so many subscribers, over about so many notifications. */
export async function fanout(contestant, subscribers, notifications) {
	const server = await contestant.start();
	const driver = startDriver("fanout");
	const { client } = contestant;
	await driver.call("open", { client, port: server.port, subscribers });
	const times = Math.ceil(notifications / subscribers);
	await driver.call("publish", { times: Math.ceil(times / 5) });
	const cpu = [cpuOf(server.pid), driver.cpu()];
	const began = performance.now();
	await driver.call("publish", { times });
	const seconds = (performance.now() - began) / 1000;
	const used = [cpuOf(server.pid) - cpu[0], driver.cpu() - cpu[1]];
	await driver.stop();
	await server.stop();
	const count = times * subscribers;
	return {
		cpu: (used[0] / count) * 1e6,
		driver: (used[1] / count) * 1e6,
		rate: count / seconds,
		publish: used[0] / times,
	};
}

export function cells({ quick }) {
	const sizes = quick ? [10, 500] : [10, 500, 5000];
	return sizes.flatMap((subscribers) =>
		contestants.map((contestant) => ({
			label: label(subscribers),
			contestant: contestant.name,
			measure() {
				// what is acknowledged to a publisher of ten is small change
				const whole = subscribers < 100 ? 20_000 : 100_000;
				return fanout(contestant, subscribers, quick ? whole / 5 : whole);
			},
		})),
	);
}

export function goals(figure) {
	const cpu = (subscribers, { name }) =>
		figure(label(subscribers), name, "cpu");
	const at500 = (contestant) => cpu(500, apex) / cpu(500, contestant);
	return [
		{ says: "CPU / mosquitto's, N=500", is: at500(mosquitto), most: 1 },
		{ says: "CPU / aedes', N=500", is: at500(aedes), most: 0.6 },
		{ says: "CPU / the floor's, N=500", is: at500(floor), most: 1.25 },
		{
			says: "CPU at N=5,000 / at N=500",
			is: cpu(5000, apex) / cpu(500, apex),
			most: 1.15,
		},
	];
}

export function charts(figure) {
	const sizes = [10, 500, 5000];
	return {
		"fanout.svg": lines({
			title: "CPU of the server for a million acknowledged notifications",
			x: { title: "subscribers", log: true },
			y: { title: "seconds" },
			series: contestants.map(({ name }) => ({
				name,
				points: sizes.map((size) => [size, figure(label(size), name, "cpu")]),
			})),
		}),
	};
}
