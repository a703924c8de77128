// One publisher, and subscribers who each have a connection of their own.
import { atOnce } from "../parts/at-once.mjs";

let heard = 0;
let expected = 0;
let all = () => {};
let source;

/** Connects everybody. */
export async function open({ client, port, subscribers }) {
	const { publisher, subscriber } = await import(`../clients/${client}.mjs`);
	// nobody can subscribe to an endpoint before it has attached once
	source = await publisher(port);
	expected = subscribers;
	const told = () => {
		heard += 1;
		if (heard === expected) all();
	};
	await atOnce(subscribers, 64, (number) => subscriber(port, number, told));
}

/**
 * Publishes so often. A publish waits until all have heard of the one before, so that nothing
 * is left out.
 */
export async function publish({ times }) {
	for (let time = 0; time < times; time++) {
		heard = 0;
		const complete = new Promise((resolve) => {
			all = resolve;
		});
		await Promise.all([source.publish(), complete]);
	}
}
