import { describe, expect, it } from "vitest";
import { ApexError, ConnectionError } from "../../src/client/index.js";
import type { Endpoint } from "../../src/names/index.js";
import { destinations, iterate, next, status, TestServer } from "./harness.js";

const FRED = "fred@example.com" as Endpoint;
const WILMA = "wilma@example.com" as Endpoint;

describe("subscribe", () => {
	it("gives the entry that there is, and then each change", async () => {
		const server = await TestServer.start();
		const fred = await server.attach(FRED);
		const wilma = await server.attach(WILMA);
		const entries = iterate(wilma.subscribe(FRED));
		expect(await next(entries)).toMatchObject({
			publisher: FRED,
			tuples: [{ destination: `apex:${FRED}` }],
		});
		for (const destination of ["mailto:a@b", "mailto:c@d"]) {
			await fred.publish(status(FRED, destination));
			expect(destinations(await next(entries))).toEqual([destination]);
		}
	});

	it("a slow reader gets the newest entry only", async () => {
		const server = await TestServer.start();
		const wilma = await server.attach(WILMA);
		await server.attach(FRED);
		const subscription = wilma.subscribe(FRED);
		const first = await wilma.poll(FRED);
		const fred = await server.attach("fred/second@example.com");
		await fred.publish(status(FRED, "mailto:a@b"));
		await fred.publish(status(FRED, "mailto:c@d"));
		let newest = first;
		while (destinations(newest)[0] !== "mailto:c@d") {
			newest = (await subscription.newest(newest)) ?? first;
		}
		expect(destinations(await next(iterate(subscription)))).toEqual([
			"mailto:c@d",
		]);
	});

	it("is over when the signal says so, and the service is told", async () => {
		const server = await TestServer.start();
		const fred = await server.attach(FRED);
		const wilma = await server.attach(WILMA);
		const watchers = iterate(fred.watch(FRED));
		const abort = new AbortController();
		const entries = iterate(wilma.subscribe(FRED, { signal: abort.signal }));
		await next(entries);
		expect(await next(watchers)).toMatchObject({ action: "subscribe" });
		abort.abort();
		expect((await entries.next()).done).toBe(true);
		expect(await next(watchers)).toMatchObject({
			subscriber: WILMA,
			action: "terminate",
		});
	});

	it("leaving the loop tells the service too", async () => {
		const server = await TestServer.start();
		const fred = await server.attach(FRED);
		const wilma = await server.attach(WILMA);
		const watchers = iterate(fred.watch(FRED));
		for await (const _entry of wilma.subscribe(FRED)) break;
		expect(await next(watchers)).toMatchObject({ action: "subscribe" });
		expect(await next(watchers)).toMatchObject({ action: "terminate" });
	});

	it("is an ApexError where the service says no", async () => {
		const server = await TestServer.start();
		const wilma = await server.attach(WILMA);
		const entries = iterate(wilma.subscribe("nobody@example.com"));
		await expect(entries.next()).rejects.toThrow(ApexError);
	});

	it("a second one to a subject ends the first", async () => {
		const server = await TestServer.start();
		const fred = await server.attach(FRED);
		const wilma = await server.attach(WILMA);
		const first = iterate(wilma.subscribe(FRED));
		await next(first);
		const second = iterate(wilma.subscribe(FRED));
		await next(second);
		expect((await first.next()).done).toBe(true);
		await fred.publish(status(FRED, "mailto:a@b"));
		expect(destinations(await next(second))).toEqual(["mailto:a@b"]);
	});

	it("fails when the server goes", async () => {
		const server = await TestServer.start();
		const wilma = await server.attach(WILMA);
		const entries = iterate(wilma.subscribe(WILMA));
		await next(entries);
		const lost = entries.next();
		lost.catch(() => {});
		await server.kill();
		await expect(lost).rejects.toThrow(ConnectionError);
	});

	it("fails with 421 when the server stops in order", async () => {
		const server = await TestServer.start();
		const wilma = await server.attach(WILMA);
		const entries = iterate(wilma.subscribe(WILMA));
		await next(entries);
		const ended = entries.next();
		ended.catch(() => {});
		await server.close();
		await expect(ended).rejects.toMatchObject({ code: 421 });
	});

	it("with terminate of the attachment, ends and the service is told", async () => {
		const server = await TestServer.start();
		const fred = await server.attach(FRED);
		const wilma = await server.attach(WILMA);
		const watchers = iterate(fred.watch(FRED));
		const entries = iterate(wilma.subscribe(FRED));
		await next(entries);
		await wilma.terminate();
		expect((await entries.next()).done).toBe(true);
		await next(watchers);
		expect(await next(watchers)).toMatchObject({ action: "terminate" });
		await expect(wilma.poll(FRED)).rejects.toThrow(ConnectionError);
		await expect(iterate(wilma.subscribe(FRED)).next()).rejects.toThrow(
			ConnectionError,
		);
	});
});

describe("poll", () => {
	it("gives the entry, with timestamps as the service writes them", async () => {
		const server = await TestServer.start();
		const fred = await server.attach(FRED);
		const entry = await fred.poll(FRED);
		expect(entry.lastUpdate).toBe("2000-05-14T21:30:00.000Z");
		expect(entry.xml).toMatch(/^<presence .*<\/presence>$/s);
	});

	it("does not end a subscription of the same attachment", async () => {
		const server = await TestServer.start();
		const fred = await server.attach(FRED);
		const wilma = await server.attach(WILMA);
		const entries = iterate(wilma.subscribe(FRED));
		// before the first entry has come, and after
		expect(await wilma.poll(FRED)).toEqual(await next(entries));
		await wilma.poll(FRED);
		await fred.publish(status(FRED, "mailto:a@b"));
		expect(destinations(await next(entries))).toEqual(["mailto:a@b"]);
	});

	it.each([
		[
			"the service of another domain, which cannot be reached",
			"fred@example.org",
		],
	])("is given up when the signal says so: %s", async (_what, subject) => {
		const server = await TestServer.start();
		const fred = await server.attach(FRED);
		const signal = AbortSignal.abort(new Error("enough"));
		await expect(fred.poll(subject, { signal })).rejects.toThrow("enough");
	});
});

describe("publish", () => {
	it("makes of the present entry another", async () => {
		const server = await TestServer.start();
		const fred = await server.attach(FRED);
		await fred.publish((current) => ({
			...current,
			publisherInfo: "http://example.com/fred",
		}));
		expect(await fred.poll(FRED)).toMatchObject({
			publisherInfo: "http://example.com/fred",
			tuples: [{ destination: `apex:${FRED}` }],
		});
	});

	it("of several at once, each takes the others into account (555, and again)", async () => {
		const server = await TestServer.start();
		const client = await server.connect();
		const names = ["a", "b", "c", "d"];
		const writers = await Promise.all(
			names.map((name) => client.attach(`fred/${name}@example.com`)),
		);
		let tries = 0;
		await Promise.all(
			writers.map((writer, i) =>
				writer.publish((current) => {
					tries++;
					const [added] = status(FRED, `mailto:${names[i]}@b`).tuples;
					return {
						...current,
						tuples: added ? [...current.tuples, added] : [],
					};
				}),
			),
		);
		expect(tries).toBeGreaterThan(names.length);
		const [reader] = writers;
		const entry = await reader?.poll(FRED);
		expect(entry && destinations(entry).slice(1).sort()).toEqual(
			names.map((name) => `mailto:${name}@b`),
		);
	});

	it("next to its own subscription, waits for the entry that it does not know yet", async () => {
		const server = await TestServer.start();
		const fred = await server.attach(FRED);
		const other = await server.attach("fred/other@example.com");
		const entries = iterate(fred.subscribe(FRED));
		await next(entries);
		for (const destination of ["mailto:a@b", "mailto:c@d", "mailto:e@f"]) {
			await Promise.all([
				fred.publish(status(FRED, destination)),
				other.publish(status(FRED, "mailto:other@b")),
			]);
		}
		await fred.publish(status(FRED, "mailto:last@b"));
		expect(destinations(await other.poll(FRED))).toEqual(["mailto:last@b"]);
	});

	it("is an ApexError where the service says no", async () => {
		const server = await TestServer.start();
		const wilma = await server.attach(WILMA);
		await expect(
			wilma.publish(status("nobody@example.com" as Endpoint, "mailto:a@b")),
		).rejects.toThrow(ApexError);
	});
});

describe("watch", () => {
	it("tells who subscribes, and who ceases to", async () => {
		const server = await TestServer.start();
		const fred = await server.attach(FRED);
		const wilma = await server.attach(WILMA);
		const subscription = wilma.subscribe(FRED, { duration: 600 });
		await next(iterate(subscription));
		const watchers = iterate(fred.watch(FRED));
		expect(await next(watchers)).toEqual({
			subscriber: WILMA,
			duration: 600,
			action: "subscribe",
		});
		await subscription.stop();
		expect(await next(watchers)).toMatchObject({
			subscriber: WILMA,
			action: "terminate",
		});
	});

	it("with duration 0, tells all who subscribe now, and ends", async () => {
		const server = await TestServer.start();
		const client = await server.connect();
		const fred = await client.attach(FRED);
		const names = ["a", "b", "c"].map((name) => `${name}@example.com`);
		for (const name of names) {
			const attachment = await client.attach(name);
			await next(iterate(attachment.subscribe(FRED)));
		}
		const told: string[] = [];
		for await (const { subscriber } of fred.watch(FRED, { duration: 0 })) {
			told.push(subscriber);
		}
		expect(told.sort()).toEqual(names);
	});

	it("with duration 0 and nobody there, ends at once", async () => {
		const server = await TestServer.start();
		const fred = await server.attach(FRED);
		const result = await iterate(fred.watch(FRED, { duration: 0 })).next();
		expect(result.done).toBe(true);
	});

	it("is an ApexError where the service says no", async () => {
		const server = await TestServer.start();
		const wilma = await server.attach(WILMA);
		for (const duration of [0, 60]) {
			const watchers = iterate(wilma.watch("nobody@example.com", { duration }));
			await expect(watchers.next()).rejects.toThrow(ApexError);
		}
	});
});

describe("operation", () => {
	it("gives what the service replies, whatever it is", async () => {
		const server = await TestServer.start();
		const fred = await server.attach(FRED);
		const watch = {
			name: "watch",
			attributes: { publisher: "nobody@example.com", duration: 0 },
		};
		expect((await fred.operation(watch)).code).toBe(550);
		const poll = {
			name: "subscribe",
			attributes: { publisher: FRED, duration: 0 },
		};
		expect(await fred.operation(poll)).toMatchObject({
			code: 250,
			entry: { publisher: FRED },
		});
	});
});
