import { describe, expect, test } from "vitest";
import type { Unpermitted } from "../../../src/gateways/sip/index.js";
import { pidf, Recorder, tuple } from "../../cpp/harness.js";
import { endpoint } from "../../presence/harness.js";
import {
	answerTo,
	Client,
	document,
	field,
	lines,
	SipBench,
} from "./harness.js";

const publishOpen = (bench: SipBench, basic = "open") =>
	bench.cpp.publish({ content: pidf(tuple(basic)), duration: 86_400 });

describe("a subscription", () => {
	test("case 7: the answer comes before the NOTIFY, which says what holds", async () => {
		const bench = await SipBench.started();
		publishOpen(bench);
		const client = new Client();
		const [answer, notify] = await bench.ask(client.subscribe());
		expect(lines([answer, notify].flatMap((it) => it ?? []))).toEqual([
			"200 SUBSCRIBE",
			"NOTIFY active;expires=3600 open",
		]);
		expect(field(answer, "expires")).toBe("3600");
		expect(field(notify, "event")).toBe("presence");
		expect(field(notify, "content-type")).toBe("application/pidf+xml");
		expect(notify?.message.uri).toBe("sip:wilma@198.51.100.1:5060");
		expect(notify?.message.headers.to.params.tag).toBe(client.fromTag);
		expect(notify?.message.headers.from.params.tag).toBe(
			answer?.message.headers.to.params.tag,
		);
		expect(field(notify, "call-id")).toBe(client.callID);
	});

	test("it is told of a change, and no sooner than five seconds after the last NOTIFY", async () => {
		const bench = await SipBench.started();
		await bench.ask(new Client().subscribe());
		publishOpen(bench);
		publishOpen(bench, "closed");
		publishOpen(bench);
		expect(await bench.heard()).toEqual([]);
		expect(lines(await bench.after(5))).toEqual([
			"NOTIFY active;expires=3595 open",
		]);
		await bench.after(60);
		publishOpen(bench, "closed");
		expect(lines(await bench.heard())).toEqual([
			"NOTIFY active;expires=3535 closed",
		]);
	});

	test("case 4: a refresh in the dialog lasts longer, and is no second subscription", async () => {
		const bench = await SipBench.started();
		const client = new Client();
		const [answer] = await bench.ask(client.subscribe(100));
		await bench.after(90);
		client.joins(answer);
		expect(lines(await bench.ask(client.subscribe(200)))).toEqual([
			"200 SUBSCRIBE",
			"NOTIFY active;expires=200 closed",
		]);
		expect([...bench.cpp.cpp.subscriptions()]).toHaveLength(1);
		expect(await bench.after(190)).toEqual([]);
		expect(lines(await bench.after(10))).toEqual([
			"NOTIFY terminated;reason=timeout closed",
		]);
		expect([...bench.cpp.cpp.subscriptions()]).toEqual([]);
		expect(bench.sip.dialogs).toBe(0);
	});

	test("case 5: Expires 0 in the dialog: the answer, a last NOTIFY, and silence", async () => {
		const bench = await SipBench.started();
		const client = new Client();
		const [answer] = await bench.ask(client.subscribe());
		client.joins(answer);
		expect(lines(await bench.ask(client.subscribe(0)))).toEqual([
			"200 SUBSCRIBE",
			"NOTIFY terminated;reason=timeout closed",
		]);
		publishOpen(bench);
		expect(await bench.after(10)).toEqual([]);
		expect(bench.rows.map.size).toBe(0);
		expect(lines(await bench.ask(client.subscribe()))).toEqual([
			"481 SUBSCRIBE",
		]);
	});

	test("case 6: a fetch gets exactly one NOTIFY, and what is in progress goes on", async () => {
		const bench = await SipBench.started();
		await bench.ask(new Client().subscribe());
		expect(lines(await bench.ask(new Client().subscribe(0)))).toEqual([
			"200 SUBSCRIBE",
			"NOTIFY terminated;reason=timeout closed",
		]);
		expect(bench.sip.dialogs).toBe(1);
		publishOpen(bench);
		expect(lines(await bench.after(5))).toEqual([
			"NOTIFY active;expires=3595 open",
		]);
	});

	test("case 10: fewer seconds may be granted than were asked for", async () => {
		const bench = await SipBench.started({ limits: { sipMostSeconds: 600 } });
		const [answer, notify] = await bench.ask(new Client().subscribe(100_000));
		expect(field(answer, "expires")).toBe("600");
		expect(field(notify, "subscription-state")).toBe("active;expires=600");
	});

	test("too few seconds get 423 and Min-Expires", async () => {
		const bench = await SipBench.started();
		const [answer, ...others] = await bench.ask(new Client().subscribe(59));
		expect(answer?.message.status).toBe(423);
		expect(field(answer, "min-expires")).toBe("60");
		expect(others).toEqual([]);
	});

	test("another event gets 489 and Allow-Events", async () => {
		const bench = await SipBench.started();
		const client = new Client();
		const [answer] = await bench.ask(
			client.subscribe(3600, { Event: "dialog" }),
		);
		expect(answer?.message.status).toBe(489);
		expect(field(answer, "allow-events")).toBe("presence, presence.winfo");
	});

	test.each([
		["nobody that is known", "nobody", 404],
		["somebody of another domain", "fred@elsewhere.example", 404],
	])("%s gets 404", async (_, whom, status) => {
		const bench = await SipBench.started();
		const client = new Client("wilma", whom.split("@")[0]);
		const text = client
			.subscribe()
			.replace(
				/example\.com SIP/,
				`${whom.split("@")[1] ?? "example.com"} SIP`,
			);
		expect(
			(await bench.ask(text)).map(({ message }) => message.status),
		).toEqual([status]);
		expect(bench.rows.map.size).toBe(0);
		expect(bench.sip.dialogs).toBe(0);
	});

	test("without a Contact it gets 400", async () => {
		const bench = await SipBench.started();
		const text = new Client().subscribe(3600, { Contact: undefined });
		expect(lines(await bench.ask(text))).toEqual(["400 SUBSCRIBE"]);
	});

	test("a CSeq that is not higher gets 500", async () => {
		const bench = await SipBench.started();
		const client = new Client();
		const [answer] = await bench.ask(client.subscribe());
		client.joins(answer).cSeq = 0;
		const text = client.subscribe().replace("-1", "-other");
		expect(lines(await bench.ask(text))).toEqual(["500 SUBSCRIBE"]);
	});

	test("another's From cannot end it", async () => {
		const bench = await SipBench.started();
		const client = new Client();
		const [answer] = await bench.ask(client.subscribe());
		const text = client.joins(answer).subscribe(0);
		expect(
			lines(
				await bench.ask(
					text.replace("sip:wilma@example", "sip:barney@example"),
				),
			),
		).toEqual(["481 SUBSCRIBE"]);
		expect(bench.sip.dialogs).toBe(1);
	});

	test("a refresh from another Contact moves where NOTIFYs go", async () => {
		const bench = await SipBench.started();
		const client = new Client();
		const [answer] = await bench.ask(client.subscribe());
		const text = client
			.joins(answer)
			.subscribe(3600, { Contact: "<sip:w@203.0.113.7:5070>" });
		const [, notify] = await bench.ask(text);
		expect(notify?.to).toBe("203.0.113.7:5070");
	});

	test("NOTIFYs go the way that Record-Route fields recorded, and loose routers keep the Request-URI", async () => {
		const bench = await SipBench.started();
		const route = "<sip:203.0.113.1;lr>, <sip:203.0.113.2;lr>";
		const [answer, notify] = await bench.ask(
			new Client().subscribe(3600, { "Record-Route": route }),
		);
		expect(answer?.text).toContain(`Record-Route: ${route}\r\n`);
		expect(notify?.to).toBe("203.0.113.1:5060");
		expect(notify?.message.uri).toBe("sip:wilma@198.51.100.1:5060");
		expect(notify?.text).toMatch(
			/Route: <sip:203.0.113.1;lr>\r\nRoute: <sip:203.0.113.2;lr>\r\n/,
		);
	});

	test("a strict router gets its own URI, and the target comes last", async () => {
		const bench = await SipBench.started();
		const [, notify] = await bench.ask(
			new Client().subscribe(3600, { "Record-Route": "<sip:203.0.113.1>" }),
		);
		expect(notify?.message.uri).toBe("sip:203.0.113.1");
		expect(notify?.text).toContain("Route: <sip:wilma@198.51.100.1:5060>\r\n");
	});

	test("the id of the Event field comes back", async () => {
		const bench = await SipBench.started();
		const [, notify] = await bench.ask(
			new Client().subscribe(3600, { Event: "presence;id=7" }),
		);
		expect(field(notify, "event")).toBe("presence;id=7");
	});

	test.each([481, 404, 489])(
		"a NOTIFY that is answered %d ends it",
		async (status) => {
			const bench = await SipBench.started();
			bench.answerWith = status;
			await bench.ask(new Client().subscribe());
			expect(bench.sip.dialogs).toBe(0);
			expect([...bench.cpp.cpp.subscriptions()]).toEqual([]);
			expect(bench.rows.map.size).toBe(0);
		},
	);

	test("a NOTIFY that is answered 500 does not", async () => {
		const bench = await SipBench.started();
		bench.answerWith = 500;
		await bench.ask(new Client().subscribe());
		expect(bench.sip.dialogs).toBe(1);
	});

	test("a NOTIFY that nobody answers is sent at 0, 0.5, 1.5, 3.5, 7.5 … seconds, and after 32 it ends", async () => {
		const bench = await SipBench.started();
		bench.answerWith = undefined;
		await bench.ask(new Client().subscribe());
		const times: number[] = [];
		for (let half = 1; half <= 70; half++) {
			for (const _ of await bench.after(0.5)) times.push(half / 2);
		}
		expect(times).toEqual([
			0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5,
		]);
		expect(bench.sip.dialogs).toBe(0);
		expect([...bench.cpp.cpp.subscriptions()]).toEqual([]);
	});

	test("while a NOTIFY is under way the next one waits, and then says the newest", async () => {
		const bench = await SipBench.started();
		bench.answerWith = undefined;
		const [, first] = await bench.ask(new Client().subscribe());
		await bench.after(6);
		publishOpen(bench);
		publishOpen(bench, "closed");
		publishOpen(bench);
		expect(await bench.heard()).toEqual([]);
		bench.answerWith = 200;
		bench.push(answerTo(first?.text ?? "", 200));
		expect(lines(await bench.heard())).toEqual([
			"NOTIFY active;expires=3594 open",
		]);
	});

	test("a retransmitted SUBSCRIBE gets the same answer and begins nothing", async () => {
		const bench = await SipBench.started();
		const text = new Client().subscribe();
		const [answer] = await bench.ask(text);
		const again = await bench.ask(text);
		expect(again.map((it) => it.text)).toEqual([answer?.text]);
		expect(bench.sip.dialogs).toBe(1);
	});
});

describe("case 20: who is not permitted", () => {
	const blocked = async (unpermitted: Unpermitted) => {
		const bench = await SipBench.started({ unpermitted: () => unpermitted });
		bench.cpp.core.forbidden.add("wilma presence:subscribe fred");
		publishOpen(bench);
		return bench;
	};

	test("reject: 403 and nothing more", async () => {
		const bench = await blocked("reject");
		expect(lines(await bench.ask(new Client().subscribe()))).toEqual([
			"403 SUBSCRIBE",
		]);
		expect(bench.sip.dialogs).toBe(0);
	});

	test("polite block: 200, and a NOTIFY that says closed, whatever is published", async () => {
		const bench = await blocked("polite block");
		const client = new Client();
		const first = await bench.ask(client.subscribe());
		expect(lines(first)).toEqual([
			"200 SUBSCRIBE",
			"NOTIFY active;expires=3600 closed",
		]);
		publishOpen(bench);
		expect(await bench.after(60)).toEqual([]);
		expect(lines(await bench.ask(client.joins(first[0]).subscribe(0)))).toEqual(
			["200 SUBSCRIBE", "NOTIFY terminated;reason=timeout closed"],
		);
	});

	test("pending: 202, a NOTIFY without a body, and active once it is permitted", async () => {
		const bench = await blocked("pending");
		const first = await bench.ask(new Client().subscribe());
		expect(lines(first)).toEqual([
			"202 SUBSCRIBE",
			"NOTIFY pending;expires=3600",
		]);
		expect(first[1]?.message.content).toBe("");
		expect(await bench.after(60)).toEqual([]);
		bench.cpp.core.forbidden.clear();
		expect(lines(await bench.after(30))).toEqual([
			"NOTIFY active;expires=3510 open",
		]);
	});

	test("pending: a refresh asks at once", async () => {
		const bench = await blocked("pending");
		const client = new Client();
		const [answer] = await bench.ask(client.subscribe());
		client.joins(answer);
		expect(lines(await bench.ask(client.subscribe(100)))).toEqual([
			"202 SUBSCRIBE",
			"NOTIFY pending;expires=100",
		]);
		bench.cpp.core.forbidden.clear();
		expect(lines(await bench.ask(client.subscribe(100)))).toEqual([
			"200 SUBSCRIBE",
			"NOTIFY active;expires=100 open",
		]);
	});

	test("pending: it ends by its duration, and can be ended", async () => {
		const bench = await blocked("pending");
		const client = new Client();
		await bench.ask(new Client("wilma").subscribe(60));
		const [answer] = await bench.ask(client.subscribe(600));
		expect(lines(await bench.after(60))).toEqual([
			"NOTIFY terminated;reason=timeout",
		]);
		expect(lines(await bench.ask(client.joins(answer).subscribe(0)))).toEqual([
			"200 SUBSCRIBE",
			"NOTIFY terminated;reason=timeout",
		]);
		expect(bench.rows.map.size).toBe(0);
	});

	test.each<[Unpermitted, string[]]>([
		["reject", ["NOTIFY terminated;reason=rejected"]],
		["pending", ["NOTIFY terminated;reason=deactivated"]],
		["polite block", ["NOTIFY active;expires=3590 closed"]],
	])("%s: a permission that is taken away", async (unpermitted, told) => {
		const bench = await SipBench.started({ unpermitted: () => unpermitted });
		publishOpen(bench);
		await bench.ask(new Client().subscribe());
		await bench.after(10);
		bench.cpp.core.forbidden.add("wilma presence:subscribe fred");
		const { presence } = bench.cpp.core;
		presence.accessChanged(endpoint("fred"));
		expect(lines(await bench.heard())).toEqual(told);
	});
});

describe("case 21: body types", () => {
	test("the original octets, to who accepts their type", async () => {
		const bench = await SipBench.started();
		const signed = Buffer.from("--x\r\n\xef\xbb\xbf<é>\r\n--x--\r\n", "latin1");
		bench.cpp.publish({
			content: { contentType: "multipart/signed; boundary=x", octets: signed },
		});
		const accept = { Accept: "application/pidf+xml, multipart/signed" };
		const [, notify] = await bench.ask(new Client().subscribe(3600, accept));
		expect(field(notify, "content-type")).toBe("multipart/signed; boundary=x");
		expect(notify?.message.content).toBe(signed.toString("latin1"));
	});

	test("PIDF to who does not, and by default", async () => {
		const bench = await SipBench.started();
		bench.cpp.publish({
			content: {
				contentType: "multipart/signed; boundary=x",
				octets: Buffer.from("--x--"),
			},
		});
		const [, notify] = await bench.ask(new Client().subscribe());
		expect(field(notify, "content-type")).toBe("application/pidf+xml");
	});

	test("the latest Accept counts", async () => {
		const bench = await SipBench.started();
		bench.cpp.publish({
			content: {
				contentType: "multipart/signed; boundary=x",
				octets: Buffer.from("--x--"),
			},
		});
		const client = new Client();
		const [answer] = await bench.ask(client.subscribe());
		const [, notify] = await bench.ask(
			client.joins(answer).subscribe(3600, { Accept: "*/*" }),
		);
		expect(field(notify, "content-type")).toBe("multipart/signed; boundary=x");
	});

	test.each(["text/plain", "application/pidf+xml;q=0", ""])(
		'Accept: "%s" gets 406',
		async (accept) => {
			const bench = await SipBench.started();
			const [answer] = await bench.ask(
				new Client().subscribe(3600, { Accept: accept }),
			);
			expect(answer?.message.status).toBe(406);
		},
	);

	test.each([
		["application/pidf+xml;charset=UTF-8", "", "application/pidf+xml"],
		[
			"application/pidf+xml;charset=UTF-8",
			"iso-8859-1",
			"application/pidf+xml;charset=UTF-8",
		],
		[
			"application/pidf+xml;charset=iso-8859-1",
			"",
			"application/pidf+xml;charset=iso-8859-1",
		],
	])(
		"%s that declares '%s' is told as %s",
		async (contentType, encoding, told) => {
			const bench = await SipBench.started();
			const declared = encoding === "" ? "?>" : ` encoding='${encoding}'?>`;
			const octets = Buffer.from(document("open").replace("?>", declared));
			bench.cpp.publish({ content: { contentType, octets } });
			const [, notify] = await bench.ask(new Client().subscribe());
			expect(field(notify, "content-type")).toBe(told);
		},
	);

	test("case 11: what is published over SIP comes back octet by octet", async () => {
		const bench = await SipBench.started();
		const body = `\xef\xbb\xbf${document("open")}<!-- \xc3\xa9 -->\r\n`;
		await bench.ask(
			new Client("fred").request(
				"PUBLISH",
				{
					Event: "presence",
					"Content-Type": "application/pidf+xml;charset=utf-8",
					"Content-Length": body.length,
				},
				body,
			),
		);
		const [, notify] = await bench.ask(new Client().subscribe());
		expect(notify?.message.content).toBe(body);
		expect(field(notify, "content-type")).toBe("application/pidf+xml");
		const recorder = new Recorder();
		bench.cpp.subscribe(recorder, { application: "other" });
		expect(Buffer.from(recorder.last.content.octets).toString("latin1")).toBe(
			body,
		);
	});
});
