import { once } from "node:events";
import { type ClientRequest, type IncomingMessage, request } from "node:http";
import { afterEach, beforeEach, expect, test } from "vitest";
import { formatTimestamp } from "../../../src/names/index.js";
import { endpoint, START } from "../../presence/harness.js";
import { basic, Site } from "./harness.js";

const FRED = "/presence/fred@example.com";

interface Event {
	readonly id: string;
	readonly contentType: string;
	readonly octets: Buffer;
}

/** A reader of server-sent events, as the HTML Living Standard §9.2.6 reads them. */
class Reader {
	readonly response: IncomingMessage;
	readonly events: Event[] = [];
	comments = 0;
	ended = false;
	#text = "";
	#heard: () => void = () => {};

	constructor(response: IncomingMessage) {
		this.response = response;
		response.on("data", (chunk) => {
			this.#text += chunk;
			for (;;) {
				const end = this.#text.indexOf("\n\n");
				if (end < 0) break;
				this.#event(this.#text.slice(0, end).split("\n"));
				this.#text = this.#text.slice(end + 2);
			}
			this.#heard();
		});
		response.on("error", () => {});
		response.on("close", () => {
			this.ended = true;
			this.#heard();
		});
	}

	async until(holds: () => boolean): Promise<void> {
		while (!holds()) {
			await new Promise<void>((resolve) => {
				this.#heard = resolve;
			});
		}
	}

	async next(): Promise<Event> {
		const { length } = this.events;
		await this.until(() => this.events.length > length);
		return this.last;
	}

	get last(): Event {
		const last = this.events.at(-1);
		if (last === undefined) throw new Error("no event has come");
		return last;
	}

	#event(lines: string[]): void {
		if (lines.every((line) => line.startsWith(":"))) {
			this.comments += 1;
			return;
		}
		const fields = Object.fromEntries(
			lines.map((line) => [
				line.split(": ", 1)[0],
				line.slice(line.indexOf(": ") + 2),
			]),
		);
		const { lastUpdate, contentType, base64 } = JSON.parse(fields.data ?? "");
		expect(Object.keys(fields)).toEqual(["id", "data"]);
		expect(fields.id).toBe(lastUpdate);
		const octets = Buffer.from(base64, "base64");
		this.events.push({ id: fields.id ?? "", contentType, octets });
	}
}

let site: Site;
let asked: ClientRequest[];
beforeEach(async () => {
	asked = [];
	site = await Site.open();
});
afterEach(async () => {
	for (const one of asked) one.destroy();
	await site.close();
});

async function follow(headers: Record<string, string> = {}): Promise<Reader> {
	const { port } = site;
	const path = `${FRED}/events`;
	const one = request({ host: "127.0.0.1", port, path, headers, agent: false });
	asked.push(one);
	one.end();
	const [response] = await once(one, "response");
	return new Reader(response);
}

test("what holds now is the first event, and each notify the next: octets and type", async () => {
	const reader = await follow();
	expect(reader.response.headers).toMatchObject({
		"content-type": "text/event-stream",
		"cache-control": "private, no-cache",
		"x-content-type-options": "nosniff",
	});
	await reader.until(() => reader.events.length === 1);
	expect(reader.last.id).toBe(formatTimestamp(START));
	site.advance(1);
	const octets = Buffer.from("h\xe9\n\n\r\ndata: x\n\n", "latin1");
	const next = reader.next();
	await site.put(octets, "text/plain");
	expect(await next).toEqual({
		id: formatTimestamp(START + 1000),
		contentType: "text/plain",
		octets,
	});
});

test("whoever comes back gets the newest, once", async () => {
	const first = await follow();
	await first.until(() => first.events.length === 1);
	asked[0]?.destroy();
	await first.until(() => first.ended);
	for (const text of ["a", "b"]) {
		site.advance(1);
		await site.put(text, "text/plain");
	}
	const second = await follow({ "Last-Event-ID": first.last.id });
	await second.until(() => second.events.length === 1);
	expect(second.last.octets.toString()).toBe("b");
	expect([...site.bench.cpp.subscriptions()].length).toBe(1);
});

test("whoever may not gets a problem and no stream; whose permission ends, an end", async () => {
	const { forbidden, presence } = site.bench.core;
	const reader = await follow(basic("wilma@example.com", "any"));
	await reader.until(() => reader.events.length === 1);
	forbidden.add("wilma presence:subscribe fred");
	presence.accessChanged(endpoint("fred"));
	await reader.until(() => reader.ended);
	const again = await follow(basic("wilma@example.com", "any"));
	expect(again.response.statusCode).toBe(403);
	expect(again.response.headers["content-type"]).toBe(
		"application/problem+json",
	);
});

test("a comment is the sign of life", async () => {
	const reader = await follow();
	await reader.until(() => reader.events.length === 1);
	site.advance(30);
	await reader.until(() => reader.comments === 1);
	site.advance(30);
	await reader.until(() => reader.comments === 2);
});

test("a reader that goes ends its subscription", async () => {
	const reader = await follow();
	await reader.until(() => reader.events.length === 1);
	expect([...site.bench.cpp.subscriptions()].length).toBe(1);
	asked[0]?.destroy();
	await expect.poll(() => [...site.bench.cpp.subscriptions()].length).toBe(0);
});

test("a slow reader gets the newest, and not each of those before", async () => {
	const reader = await follow();
	await reader.until(() => reader.events.length === 1);
	reader.response.pause();
	const large = Buffer.alloc(250_000);
	const total = 80;
	for (let number = 1; number <= total; number += 1) {
		site.advance(1);
		large.writeUInt32BE(number);
		await site.put(large, "text/plain");
	}
	reader.response.resume();
	await reader.until(
		() =>
			reader.last.octets.length > 4 &&
			reader.last.octets.readUInt32BE() === total,
	);
	expect(reader.events.length).toBeLessThan(total);
	const numbers = reader.events
		.slice(1)
		.map(({ octets }) => octets.readUInt32BE());
	expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
});
