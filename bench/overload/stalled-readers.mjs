// The readers that stop reading, in a process of their own. Told: what to do next; tells: done.
import { Endpoint, INITIAL_WINDOW, WIDEST_WINDOW } from "./endpoint.mjs";

/** How far the windows of readers are open when they stop: nearly shut, as usual, and no bound at all. */
const WINDOWS = [INITIAL_WINDOW, 65_536, WIDEST_WINDOW];

/** How long a reader that reads on may take to hear the newest state, in milliseconds. */
const PATIENCE = 60_000;

const readers = [];
const orders = {
	/** Subscribes all of them; then they stop reading. */
	async stall({ port, count }) {
		for (let number = 0; number < count; number++) {
			const window = WINDOWS[number % WINDOWS.length];
			const name = `stalled${number}@example.com`;
			const endpoint = await Endpoint.attach(port, name, window);
			await endpoint.subscribe();
			endpoint.stall();
			readers.push(endpoint);
		}
		return {};
	},

	/** Reads on. @returns what each heard until it heard the newest state, was cut off, or lost patience */
	async resume({ newest }) {
		const heard = await Promise.all(
			readers.map((reader) => hear(reader, newest)),
		);
		return { heard };
	},
};

/** What one reader hears until it has heard the newest state. */
function hear(reader, newest) {
	const heard = { updates: 0, backwards: 0, hasNewest: false };
	let last = { lastUpdate: "", number: -1 };
	return new Promise((resolve) => {
		const timer = setTimeout(resolve, PATIENCE, heard);
		const done = () => {
			clearTimeout(timer);
			resolve(heard);
		};
		reader.onUpdate = (lastUpdate, number) => {
			heard.updates += 1;
			if (lastUpdate <= last.lastUpdate || number <= last.number) {
				heard.backwards += 1;
			}
			last = { lastUpdate, number };
			if (lastUpdate !== newest) return;
			heard.hasNewest = true;
			done();
		};
		reader.onEnd = done;
		reader.resume();
	});
}

process.on("message", async ({ order, ...details }) => {
	process.send(await orders[order](details));
});
process.on("disconnect", () => process.exit());
