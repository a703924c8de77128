// What becomes of the cost when there is more of everything.
import * as apex from "../contestants/apex.mjs";
import * as floor from "../contestants/floor.mjs";
import { lines } from "../parts/chart.mjs";
import { straight } from "../parts/statistics.mjs";
import { fanout } from "./fanout.mjs";
import { stored } from "./memory.mjs";

export const title = "Growth";

export const columns = {
	publish: { title: "server CPU, ms per publish", digits: 2 },
	cpu: { title: "µs per notification", digits: 1, compared: true },
	used: { title: "octets in use per subscription", digits: 0 },
	each: { title: "resident", digits: 0 },
};

const SIZES = [10, 500, 2000, 5000, 15_000];
const SUBSCRIPTIONS = [10_000, 100_000, 1_000_000];
const contestants = [floor, apex];
const fanoutLabel = (size) => `N=${size.toLocaleString("en")}`;
const memoryLabel = (count) => `${count.toLocaleString("en")} subscriptions`;

export function cells({ quick }) {
	const sizes = quick ? SIZES.slice(0, 2) : SIZES;
	const counts = quick ? SUBSCRIPTIONS.slice(0, 2) : SUBSCRIPTIONS;
	return [
		...sizes.flatMap((size) =>
			contestants.map((contestant) => ({
				label: fanoutLabel(size),
				contestant: contestant.name,
				async measure() {
					const whole = size < 100 ? 20_000 : Math.max(80_000, 10 * size);
					const count = quick ? whole / 5 : whole;
					const { cpu, publish } = await fanout(contestant, size, count);
					return { cpu, publish: publish * 1000 };
				},
			})),
		),
		...counts.map((count) => ({
			label: memoryLabel(count),
			contestant: apex.name,
			async measure() {
				const { used, each } = await stored(count);
				return { used, each };
			},
		})),
	];
}

export function goals(figure) {
	const publish = (size) => figure(fanoutLabel(size), apex.name, "publish");
	const points = SIZES.map((size) => [size, publish(size)]).filter(([, y]) =>
		Number.isFinite(y),
	);
	const { a, b } = straight(points);
	const slope = (size) => (publish(size) - a) / size;
	// what is resident besides differs by megabytes from start to start
	const used = (count) => count * figure(memoryLabel(count), apex.name, "used");
	const more = (from, to) => (used(to) - used(from)) / (to - from);
	const [few, some, many] = SUBSCRIPTIONS;
	const fitted = `${(a * 1000).toFixed(0)} µs + ${(b * 1000).toFixed(1)} µs × N`;
	return [
		{
			says: `a publish takes ${fitted}: the slope at N=15,000 / at N=500`,
			is: slope(15_000) / slope(500),
			most: 1.2,
		},
		{
			says: "octets for one more subscription, 10⁵ to 10⁶ / 10⁴ to 10⁵",
			is: more(some, many) / more(few, some),
			most: 1.2,
		},
	];
}

export function charts(figure) {
	return {
		"growth-publish.svg": lines({
			title: "CPU of the server for one publish",
			x: { title: "subscribers", log: true },
			y: { title: "milliseconds", log: true },
			series: contestants.map(({ name }) => ({
				name,
				points: SIZES.map((size) => [
					size,
					figure(fanoutLabel(size), name, "publish"),
				]),
			})),
		}),
		"growth-notification.svg": lines({
			title: "CPU of the server for one acknowledged notification",
			x: { title: "subscribers", log: true },
			y: { title: "microseconds" },
			series: contestants.map(({ name }) => ({
				name,
				points: SIZES.map((size) => [
					size,
					figure(fanoutLabel(size), name, "cpu"),
				]),
			})),
		}),
		"growth-memory.svg": lines({
			title: "Memory for one stored subscription",
			x: { title: "subscriptions", log: true },
			y: { title: "octets" },
			series: Object.entries({ used: "in use", each: "resident" }).map(
				([column, name]) => ({
					name,
					points: SUBSCRIPTIONS.map((count) => [
						count,
						figure(memoryLabel(count), apex.name, column),
					]),
				}),
			),
		}),
	};
}
