import { describe, expect, test } from "vitest";
import { silent } from "../../../src/names/index.js";
import { Client, lines, SipBench } from "./harness.js";

describe("limits", () => {
	test("so many dialogs of one watcher, and so many in all", async () => {
		const bench = await SipBench.started({
			limits: { sipDialogs: 3, sipDialogsPerWatcher: 2 },
		});
		const ask = async (who: string) =>
			lines(await bench.ask(new Client(who).subscribe()))[0];
		expect([
			await ask("wilma"),
			await ask("wilma"),
			await ask("wilma"),
		]).toEqual(["200 SUBSCRIBE", "200 SUBSCRIBE", "403 SUBSCRIBE"]);
		expect([await ask("barney"), await ask("barney")]).toEqual([
			"200 SUBSCRIBE",
			"503 SUBSCRIBE",
		]);
	});

	test("so many transactions: what is beyond them is not answered until they end", async () => {
		const bench = await SipBench.started({ limits: { sipTransactions: 2 } });
		const options = () => new Client().request("OPTIONS");
		expect(await bench.ask(options())).toHaveLength(1);
		expect(await bench.ask(options())).toHaveLength(1);
		expect(await bench.ask(options())).toEqual([]);
		await bench.after(32);
		expect(await bench.ask(options())).toHaveLength(1);
	});

	test("a body that is too long gets 413", async () => {
		const bench = await SipBench.started({ limits: { sipBodyOctets: 100 } });
		expect(lines(await bench.ask(new Client("fred").publish("open")))).toEqual([
			"413 PUBLISH",
		]);
	});
});

describe("what is malformed", () => {
	test.each<[string, (text: string) => string]>([
		["no From", (text) => text.replace(/From:.*\r\n/, "")],
		["no To", (text) => text.replace(/To:.*\r\n/, "")],
		["no Call-ID", (text) => text.replace(/Call-ID:.*\r\n/, "")],
		["no CSeq", (text) => text.replace(/CSeq:.*\r\n/, "")],
		[
			"another method in CSeq",
			(text) => text.replace(/CSeq: (\d+) .*\r\n/, "CSeq: $1 PUBLISH\r\n"),
		],
		[
			"a From that is none",
			(text) => text.replace(/From:.*\r\n/, "From: <sip:a\r\n"),
		],
		[
			"a body that is cut off",
			(text) => text.replace(/Content-Length:.*\r\n/, "Content-Length: 9\r\n"),
		],
		[
			"a Content-Length that is none",
			(text) => text.replace(/Content-Length:.*\r\n/, "Content-Length: -1\r\n"),
		],
		["no tag in From", (text) => text.replace(/;tag=\w+/, "")],
		[
			"an Expires that is none",
			(text) => text.replace(/Expires:.*\r\n/, "Expires: soon\r\n"),
		],
	])("%s gets 400", async (_, change) => {
		const bench = await SipBench.started();
		const sent = await bench.ask(change(new Client().subscribe()));
		expect(sent.map(({ message }) => message.status)).toEqual([400]);
		expect(bench.sip.dialogs).toBe(0);
	});

	test.each<[string, (text: string) => string]>([
		["nothing", () => ""],
		["a line end that keeps a path open", () => "\r\n\r\n"],
		["what is no SIP", () => "GET / HTTP/1.1\r\n\r\n"],
		["no Via", (text) => text.replace(/Via:.*\r\n/, "")],
		["no end of the head", (text) => text.replaceAll("\r\n\r\n", "\r\n")],
		[
			"a head that is too long",
			(text) => text.replace("Event:", `X: ${"x".repeat(17_000)}\r\nEvent:`),
		],
		[
			"an answer to nothing",
			() =>
				"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nCSeq: 1 NOTIFY\r\n\r\n",
		],
		["an ACK", (text) => text.replaceAll("SUBSCRIBE", "ACK")],
	])("%s is dropped", async (_, change) => {
		const bench = await SipBench.started();
		expect(await bench.ask(change(new Client().subscribe()))).toEqual([]);
	});

	test("what is dropped makes one line of log in ten seconds", async () => {
		const warnings: object[] = [];
		const log = { ...silent, warn: (fields: object) => warnings.push(fields) };
		const bench = await SipBench.started({ log });
		for (let count = 0; count < 100; count++) bench.push("nonsense");
		expect(warnings).toHaveLength(1);
		await bench.after(10);
		bench.push("nonsense");
		expect(warnings).toHaveLength(2);
		expect(warnings[1]).toMatchObject({ unsaid: 99 });
	});

	test.each<[string, (text: string) => string, number]>([
		["another method", (text) => text.replaceAll("SUBSCRIBE", "INVITE"), 405],
		["a CANCEL", (text) => text.replaceAll("SUBSCRIBE", "CANCEL"), 481],
		[
			"another version",
			(text) => text.replace("SIP/2.0\r\n", "SIP/7.0\r\n"),
			505,
		],
		[
			"an extension that is required",
			(text) => text.replace("Event:", "Require: eventlist\r\nEvent:"),
			420,
		],
		[
			"a From that names nobody",
			(text) => text.replace(/From: <sip:\w+@/, "From: <sip:"),
			403,
		],
	])("%s gets its own answer", async (_, change, status) => {
		const bench = await SipBench.started();
		const sent = await bench.ask(change(new Client().subscribe()));
		expect(sent.map(({ message }) => message.status)).toEqual([status]);
	});
});

describe("where answers go", () => {
	test("to the port in Via at the address that the request came from, which is told", async () => {
		const bench = await SipBench.started();
		const via =
			"SIP/2.0/UDP client.example:5099;branch=z9hG4bKq, SIP/2.0/UDP other.example;branch=z9hG4bKp";
		const [answer] = await bench.ask(
			new Client().subscribe(3600, { Via: via }),
			"203.0.113.5:40000",
		);
		expect(answer?.to).toBe("203.0.113.5:5099");
		expect(answer?.text).toContain(
			"Via: SIP/2.0/UDP client.example:5099;branch=z9hG4bKq;received=203.0.113.5\r\n" +
				"Via: SIP/2.0/UDP other.example;branch=z9hG4bKp\r\n",
		);
	});

	test("with rport, to where it came from", async () => {
		const bench = await SipBench.started();
		const via = "SIP/2.0/UDP 10.1.1.1:5060;rport;branch=z9hG4bKq";
		const [answer] = await bench.ask(
			new Client().subscribe(3600, { Via: via }),
			"203.0.113.5:40000",
		);
		expect(answer?.to).toBe("203.0.113.5:40000");
		expect(answer?.text).toContain(
			"Via: SIP/2.0/UDP 10.1.1.1:5060;branch=z9hG4bKq;received=203.0.113.5;rport=40000\r\n",
		);
	});
});
