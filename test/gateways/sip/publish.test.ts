import { describe, expect, test } from "vitest";
import { Client, document, field, lines, SipBench } from "./harness.js";

const etag = (sent: Awaited<ReturnType<SipBench["ask"]>>): string =>
	String(field(sent[0], "sip-etag"));

describe("case 23: PUBLISH", () => {
	test("an initial one gets 200, a SIP-ETag and Expires, and watchers are told", async () => {
		const bench = await SipBench.started();
		await bench.ask(new Client().subscribe());
		await bench.after(5);
		const sent = await bench.ask(new Client("fred").publish("open"));
		expect(lines(sent)).toEqual([
			"200 PUBLISH",
			"NOTIFY active;expires=3595 open",
		]);
		expect(etag(sent)).toMatch(/^\w{8,}$/);
		expect(field(sent[0], "expires")).toBe("3600");
	});

	test("refresh, modify and remove each need the latest tag, and give another", async () => {
		const bench = await SipBench.started();
		const fred = new Client("fred");
		const first = etag(await bench.ask(fred.publish("open", { Expires: 100 })));
		await bench.after(90);
		const second = etag(
			await bench.ask(
				fred.publish(undefined, { Expires: 100, "SIP-If-Match": first }),
			),
		);
		expect(second).not.toBe(first);
		await bench.after(90);
		const modified = await bench.ask(
			fred.publish("closed", { Expires: 100, "SIP-If-Match": second }),
		);
		expect(lines(modified)).toEqual(["200 PUBLISH"]);
		expect(lines(await bench.ask(new Client().subscribe(0)))[1]).toMatch(
			/ closed$/,
		);
		for (const stale of [first, second, "never-given"]) {
			const sent = await bench.ask(
				fred.publish("open", { "SIP-If-Match": stale }),
			);
			expect(lines(sent)).toEqual(["412 PUBLISH"]);
		}
		const removal = { Expires: 0, "SIP-If-Match": etag(modified) };
		const removed = await bench.ask(fred.publish(undefined, removal));
		expect(lines(removed)).toEqual(["200 PUBLISH"]);
		expect(field(removed[0], "expires")).toBe("0");
		expect(lines(await bench.ask(fred.publish(undefined, removal)))).toEqual([
			"412 PUBLISH",
		]);
		expect(bench.rows.map.size).toBe(0);
	});

	test("one that ends by its duration is gone, and its tag with it", async () => {
		const bench = await SipBench.started();
		const fred = new Client("fred");
		const tag = etag(await bench.ask(fred.publish("open", { Expires: 60 })));
		await bench.ask(new Client().subscribe());
		expect(lines(await bench.after(60))).toEqual([
			"NOTIFY active;expires=3540 closed",
		]);
		expect(
			lines(await bench.ask(fred.publish(undefined, { "SIP-If-Match": tag }))),
		).toEqual(["412 PUBLISH"]);
	});

	test("several publications of one presentity are composed", async () => {
		const bench = await SipBench.started();
		const [phone, desk] = [new Client("fred"), new Client("fred")];
		const tag = etag(await bench.ask(phone.publish("open")));
		await bench.ask(
			desk.request(
				"PUBLISH",
				{ Event: "presence", "Content-Type": "application/pidf+xml" },
				document("closed", "desk").replace("192.0.2.9", "192.0.2.10"),
			),
		);
		expect(lines(await bench.ask(new Client().subscribe(0)))[1]).toMatch(
			/ (?:open closed|closed open)$/,
		);
		await bench.ask(
			phone.publish(undefined, { Expires: 0, "SIP-If-Match": tag }),
		);
		expect(lines(await bench.ask(new Client().subscribe(0)))[1]).toMatch(
			/timeout closed$/,
		);
	});

	test("a removal without a Content-Length is taken", async () => {
		const bench = await SipBench.started();
		const fred = new Client("fred");
		const tag = etag(await bench.ask(fred.publish("open")));
		const removal = {
			Expires: 0,
			"SIP-If-Match": tag,
			"Content-Length": undefined,
		};
		expect(lines(await bench.ask(fred.publish(undefined, removal)))).toEqual([
			"200 PUBLISH",
		]);
	});

	test("another presentity's tag is stale", async () => {
		const bench = await SipBench.started();
		const tag = etag(await bench.ask(new Client("fred").publish("open")));
		const sent = await bench.ask(
			new Client("wilma", "wilma").publish("open", { "SIP-If-Match": tag }),
		);
		expect(lines(sent)).toEqual(["412 PUBLISH"]);
	});

	test("who may not publish gets 403, and what was published before stays", async () => {
		const bench = await SipBench.started();
		const fred = new Client("fred");
		const tag = etag(await bench.ask(fred.publish("open")));
		bench.cpp.core.forbidden.add("fred presence:publish fred");
		expect(
			lines(await bench.ask(fred.publish("closed", { "SIP-If-Match": tag }))),
		).toEqual(["403 PUBLISH"]);
		bench.cpp.core.forbidden.clear();
		expect(
			lines(await bench.ask(fred.publish("closed", { "SIP-If-Match": tag }))),
		).toEqual(["200 PUBLISH"]);
	});

	test.each<[string, Record<string, string | number>, number, string, string]>([
		[
			"another event package",
			{ Event: "dialog" },
			489,
			"allow-events",
			"presence, presence.winfo",
		],
		[
			"another event package's body",
			{ "Content-Type": "application/dialog-info+xml" },
			415,
			"accept",
			"application/pidf+xml, multipart/signed, application/pkcs7-mime",
		],
		[
			"a document of differences",
			{ "Content-Type": "application/pidf-diff+xml" },
			415,
			"accept",
			"application/pidf+xml, multipart/signed, application/pkcs7-mime",
		],
		[
			"a compressed body",
			{ "Content-Encoding": "gzip" },
			415,
			"accept-encoding",
			"identity",
		],
		["too short a duration", { Expires: 1 }, 423, "min-expires", "60"],
	])("%s is refused", async (_, fields, status, name, value) => {
		const bench = await SipBench.started();
		const [answer] = await bench.ask(
			new Client("fred").publish("open", fields),
		);
		expect(answer?.message.status).toBe(status);
		expect(field(answer, name)).toBe(value);
	});

	test("nothing to publish, and what is no document, get 400", async () => {
		const bench = await SipBench.started();
		expect(
			lines(await bench.ask(new Client("fred").publish(undefined))),
		).toEqual(["400 PUBLISH"]);
		const broken = new Client("fred").request(
			"PUBLISH",
			{ Event: "presence", "Content-Type": "application/pidf+xml" },
			"<presence",
		);
		expect(lines(await bench.ask(broken))).toEqual(["400 PUBLISH"]);
		expect(bench.rows.map.size).toBe(0);
	});

	test("one presentity has so many publications at a time", async () => {
		const bench = await SipBench.started({ limits: { sipPublications: 2 } });
		const statuses: string[] = [];
		for (let number = 0; number < 3; number++) {
			statuses.push(
				...lines(
					await bench.ask(new Client("fred").publish("open", { Expires: 60 })),
				),
			);
		}
		expect(statuses).toEqual(["200 PUBLISH", "200 PUBLISH", "403 PUBLISH"]);
		await bench.after(60);
		expect(lines(await bench.ask(new Client("fred").publish("open")))).toEqual([
			"200 PUBLISH",
		]);
	});

	test("a tag outlives a restart", async () => {
		const before = await SipBench.started();
		const fred = new Client("fred");
		const tag = etag(await before.ask(fred.publish("open")));
		const bench = await before.restarted();
		expect(
			lines(await bench.ask(fred.publish("closed", { "SIP-If-Match": tag }))),
		).toEqual(["200 PUBLISH"]);
	});
});
