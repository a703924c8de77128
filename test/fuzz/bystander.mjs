import { setTimeout as pause } from "node:timers/promises";

const PERIOD = 100;
/** How long a publication may take to arrive, in milliseconds, unless it is lost. */
const LOST = 30_000;

/** Honest clients of a server that is attacked: one publishes, and the other has to hear of it. */
export class Bystander {
	/** How long each publication took to arrive, in milliseconds. */
	latencies = [];
	#violations;
	#clients;
	#publisher;
	#heard = () => {};
	#over = false;
	#publishing;

	/** @param {Record<string, any>} library @param {number} port @param {Violations} violations */
	static async start({ connect }, port, violations) {
		const address = { host: "127.0.0.1", port };
		const bystander = new Bystander(violations);
		const clients = [await connect(address), await connect(address)];
		const publisher = await clients[0].attach("publisher@example.com");
		const subscriber = await clients[1].attach("bystander@example.com");
		bystander.#clients = clients;
		bystander.#publisher = publisher;
		void bystander.#listen(subscriber.subscribe("publisher@example.com"));
		bystander.#publishing = bystander.#publish();
		return bystander;
	}

	constructor(violations) {
		this.#violations = violations;
	}

	async stop() {
		this.#over = true;
		await this.#publishing;
		await Promise.all(this.#clients.map((client) => client.close()));
	}

	async #listen(subscription) {
		try {
			for await (const entry of subscription) {
				this.#heard(entry.publisherInfo);
			}
		} catch (error) {
			this.#violate(`the bystander's subscription ended: ${error.stack}`);
		}
	}

	async #publish() {
		for (let number = 1; !this.#over; number += 1) {
			const publisherInfo = `http://example.com/${number}`;
			const heard = new Promise((resolve) => {
				this.#heard = (info) => {
					if (info === publisherInfo) resolve(true);
				};
			});
			const began = performance.now();
			try {
				await this.#publisher.publish({
					publisher: this.#publisher.endpoint,
					publisherInfo,
					tuples: [
						{
							destination: "apex:publisher@example.com",
							availableUntil: "2525-12-31T23:59:59Z",
						},
					],
				});
			} catch (error) {
				this.#violate(`the bystander cannot publish: ${error.stack}`);
				return;
			}
			const timer = new AbortController();
			const lost = pause(LOST, false, timer).catch(() => false);
			if (!(await Promise.race([heard, lost]))) {
				this.#violate(`publication ${number} did not arrive`);
			}
			timer.abort();
			const took = performance.now() - began;
			this.latencies.push(took);
			await pause(Math.max(0, PERIOD - took));
		}
	}

	#violate(what) {
		if (!this.#over) this.#violations.add(what);
	}
}
