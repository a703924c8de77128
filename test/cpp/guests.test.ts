import { describe, expect, test } from "vitest";
import type { GuestPort } from "../../src/cpp/index.js";
import type { Reply } from "../../src/names/index.js";
import { domain, endpoint } from "../presence/harness.js";
import { Bench, pidf, Recorder, tuple } from "./harness.js";

const CAPULET = domain("capulet.example");
const JULIET = endpoint("juliet@capulet.example");
const URI = `pres:${JULIET}`;

/** Wilma subscribes to juliet, whose gateway is the test. */
function watched() {
	const bench = new Bench({ guestDomains: [CAPULET] });
	bench.core.provision("wilma");
	const wilma = new Recorder();
	const first: string[] = [];
	const port: GuestPort = bench.cpp.register(CAPULET, {
		firstSubscriber: (subject) => first.push(subject),
		lastSubscriber: () => {},
	});
	bench.subscribe(wilma, { target: URI });
	expect(first).toEqual([JULIET]);
	const refusals: Reply["code"][] = [];
	const publish = (...[body]: Parameters<GuestPort["publish"]>[1][]) => {
		port.publish(JULIET, body, ({ code }) => refusals.push(code));
		bench.core.store.sync();
		return refusals.splice(0);
	};
	wilma.heard();
	return { bench, wilma, publish };
}

describe("the gateway of a guest domain", () => {
	test("says what a user's presence is, and that nothing is known of it", () => {
		const { wilma, publish } = watched();
		expect(publish(pidf(tuple("open")))).toEqual([]);
		expect(wilma.heard()).toEqual([`notify s ${URI} open`]);
		expect(publish(undefined)).toEqual([]);
		expect(wilma.heard()).toEqual([`notify s ${URI} closed`]);
	});

	test("is not refused where nothing was known", () => {
		const { wilma, publish } = watched();
		expect(publish(undefined)).toEqual([]);
		expect(wilma.heard()).toEqual([]);
	});

	test("is told when something cannot be published, and what was known stays so", () => {
		const { bench, wilma, publish } = watched();
		const { octets, contentType } = pidf(tuple("open"));
		const tooMuch = Buffer.concat([octets, Buffer.alloc(300_000, " ")]);
		expect(publish({ contentType, octets: tooMuch })).toEqual([501]);
		bench.core.forbidden.add(`${JULIET} presence:publish ${JULIET}`);
		expect(publish(pidf(tuple("open")))).toEqual([537]);
		expect(publish(undefined)).toEqual([537]);
		expect(wilma.heard()).toEqual([]);
	});

	test("alone publishes as a user", () => {
		const { bench, wilma } = watched();
		const { reply } = bench.publish({
			...{ originator: URI, publisher: URI, content: pidf(tuple("open")) },
		});
		expect(reply.code).toBe(537);
		expect(wilma.heard()).toEqual([]);
	});

	test("lets users subscribe here without their having been provisioned", () => {
		const { bench } = watched();
		const juliet = new Recorder();
		bench.subscribe(juliet, {
			...{ watcher: URI, target: "pres:wilma@example.com" },
		});
		expect(juliet.lines[0]).toMatch(/success/);
		const subaddress = new Recorder();
		bench.subscribe(subaddress, {
			watcher: "pres:juliet/balcony@capulet.example",
			target: "pres:wilma@example.com",
		});
		expect(subaddress.lines[0]).toMatch(/failure 550/);
	});
});
