import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
	parseAddress,
	parseCSeq,
	parseVia,
	split,
} from "../../../src/gateways/sip/fields.js";
import { Framing } from "../../../src/gateways/sip/framing.js";
import { endpointOf, formatSip } from "../../../src/gateways/sip/mapping.js";
import {
	formatMessage,
	HEAD_OCTETS,
	type Message,
	parseDatagram,
} from "../../../src/gateways/sip/message.js";
import { parseSipUri } from "../../../src/gateways/sip/uri.js";
import { parseEndpoint } from "../../../src/names/index.js";
import { Client } from "./harness.js";

describe("URIs", () => {
	test.each([
		["sip:fred@example.com", "fred@example.com"],
		["sips:fred@EXAMPLE.com:5061;transport=tcp?subject=x", "fred@example.com"],
		["SIP:f%72ed@example.com", "fred@example.com"],
		["sip:fred:secret@example.com", "fred@example.com"],
		["sip:Fred@example.com", "Fred@example.com"],
		["sip:a%20b%2Fc@example.com", "a b/c@example.com"],
		["sip:caf%C3%A9@example.com", "café@example.com"],
		["pres:fred@example.com", "fred@example.com"],
		["pres:apex=fred%40a.example@example.com", "fred@a.example"],
	])("%s names %s", (uri, endpoint) => {
		expect(endpointOf(uri, () => true)).toBe(endpoint);
	});

	test.each([
		"sip:example.com",
		"sip:@example.com",
		"sip:fr%ZZ@example.com",
		"sip:a%40b@example.com",
		"tel:+1",
		"sip:fred@",
		"sip:fred@exa mple",
		"",
	])('"%s" names nobody', (uri) =>
		expect(endpointOf(uri, () => true)).toBeUndefined(),
	);

	test("an endpoint comes back from its URI", () => {
		fc.assert(
			fc.property(
				fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }),
				(local) => {
					const endpoint = parseEndpoint(`${local}@example.com`);
					fc.pre(endpoint !== undefined);
					const uri = formatSip(endpoint);
					expect(uri).toMatch(/^sip:[\x21-\x7e]+$/);
					expect(endpointOf(uri, () => true)).toBe(endpoint);
				},
			),
		);
	});

	test("hosts: IPv6 in brackets, ports up to 65535", () => {
		expect(parseSipUri("sip:a@[2001:DB8::1]:5070;LR")).toMatchObject({
			host: "[2001:db8::1]",
			port: 5070,
		});
		expect(parseSipUri("sip:a@[2001:db8::1];LR")?.parameters.has("lr")).toBe(
			true,
		);
		expect(parseSipUri("sip:a@h:65536")).toBeUndefined();
	});
});

describe("fields", () => {
	test("separators in quoted strings and angle brackets separate nothing", () => {
		expect(split('"a,\\",b" <sip:x;y=1,2>;q=1, <sip:z>', ",")).toEqual([
			'"a,\\",b" <sip:x;y=1,2>;q=1',
			"<sip:z>",
		]);
	});

	test("an address keeps its URI's parameters, and a bare one gives them to the field", () => {
		const quoted = parseAddress(
			'"<a>;tag=no" <sip:f@h;transport=tcp> ; TAG = yes',
		);
		expect(quoted?.uri).toBe("sip:f@h;transport=tcp");
		expect(quoted?.parameters.get("tag")).toBe("yes");
		const bare = parseAddress("sip:f@h;tag=yes");
		expect([bare?.uri, bare?.parameters.get("tag")]).toEqual([
			"sip:f@h",
			"yes",
		]);
		for (const none of ["", "<sip:f@h", "<>", "fred", "<sip:f@h> x"])
			expect(parseAddress(none)).toBeUndefined();
	});

	test("Via and CSeq", () => {
		expect(
			parseVia(
				"SIP / 2.0 / UDP first.example:4000;ttl=16;branch=z9hG4bKa7c6a8dlze.1",
			),
		).toMatchObject({ protocol: "UDP", host: "first.example", port: 4000 });
		expect(parseVia("SIP/2.0/TCP [::1]:5060;branch=x")).toMatchObject({
			host: "[::1]",
			port: 5060,
		});
		expect(parseVia("nonsense")).toBeUndefined();
		expect(parseCSeq("2147483648 X")).toBeUndefined();
		expect(parseCSeq("0009 INVITE")).toEqual({ number: 9, method: "INVITE" });
	});
});

describe("messages", () => {
	test("RFC 4475 §3.1.1.1: short names, continued lines, white space and odd cases", () => {
		const text = [
			"SUBSCRIBE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0",
			"TO :",
			" sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n",
			'from   : "J Rosenberg \\\\\\""       <sip:jdrosen@example.com>',
			"  ;",
			"  tag = 98asjd8",
			"MaX-fOrWaRdS: 0068",
			"Call-ID: wsinv.ndaksdj@192.0.2.1",
			"Content-Length   : 150",
			"cseq: 0009",
			"  SUBSCRIBE",
			"o: presence",
			"v:  SIP  / 2.0  / UDP",
			"    192.0.2.2;branch=390skdjuw",
			"",
			"x".repeat(150),
		].join("\r\n");
		const { message, problem } = parseDatagram(Buffer.from(text)) ?? {};
		expect(problem).toBeUndefined();
		expect(message?.headers.get("Event")).toBe("presence");
		expect(
			parseAddress(message?.headers.get("To") ?? "")?.parameters.get("tag"),
		).toBe("1918181833n");
		expect(
			parseAddress(message?.headers.get("From") ?? "")?.parameters.get("tag"),
		).toBe("98asjd8");
		expect(parseVia(message?.headers.get("Via") ?? "")?.host).toBe("192.0.2.2");
		expect(parseCSeq(message?.headers.get("CSeq") ?? "")?.number).toBe(9);
		expect(message?.body.length).toBe(150);
	});

	test("what is written is read again, with any body", () => {
		fc.assert(
			fc.property(fc.uint8Array(), (octets) => {
				const read = parseDatagram(
					Buffer.from(
						new Client().subscribe(3600, { "Content-Length": undefined }),
					),
				)?.message;
				if (read === undefined) throw new Error("not read");
				const written = formatMessage({ ...read, body: Buffer.from(octets) });
				expect(
					Buffer.compare(
						parseDatagram(written)?.message.body ?? Buffer.alloc(1),
						Buffer.from(octets),
					),
				).toBe(0);
			}),
		);
	});

	test("no octets make the reader fail", () => {
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 400 }), (octets) => {
				parseDatagram(
					Buffer.concat([
						Buffer.from("SUBSCRIBE sip:a SIP/2.0\r\n"),
						octets,
						Buffer.from("\r\n\r\n"),
					]),
				);
			}),
		);
	});

	test("line breaks cannot be brought into an answer", () => {
		const text = new Client().subscribe(3600, { "Call-ID": "a\nX: y" });
		expect(parseDatagram(Buffer.from(text))).toBeUndefined();
	});
});

describe("a stream", () => {
	function framed(limits = { sipBodyOctets: 1000 }) {
		const heard: (Message | string)[] = [];
		const framing = new Framing(limits, {
			message: (message) => heard.push(message),
			ping: () => heard.push("ping"),
			broken: (why) => heard.push(why),
		});
		return { framing, heard };
	}
	const one = Buffer.from(new Client("fred").publish("open"));

	test("messages come out whole, however they are cut", () => {
		const octets = Buffer.concat([
			one,
			Buffer.from("\r\n\r\n"),
			one,
			Buffer.from("\r\n"),
			one,
		]);
		fc.assert(
			fc.property(
				fc.array(fc.nat(octets.length), { maxLength: 12 }),
				(cuts) => {
					const { framing, heard } = framed();
					const places = [0, ...cuts.sort((a, b) => a - b), octets.length];
					for (let at = 1; at < places.length; at++) {
						framing.push(octets.subarray(places[at - 1], places[at]));
					}
					expect(
						heard.map((it) => (typeof it === "string" ? it : it.body.length)),
					).toEqual([bodyLength, "ping", bodyLength, bodyLength]);
				},
			),
		);
	});
	const bodyLength = parseDatagram(one)?.message.body.length ?? 0;

	test.each([
		["no Content-Length", "OPTIONS sip:a SIP/2.0\r\nTo: x\r\n\r\n"],
		["no message", "GET / HTTP/1.1\r\n\r\n"],
		["the body is too long", "OPTIONS sip:a SIP/2.0\r\nl: 1001\r\n\r\n"],
		["the header fields are too long", "x".repeat(HEAD_OCTETS + 1)],
	])("%s: nothing more is read", (why, text) => {
		const { framing, heard } = framed();
		framing.push(Buffer.from(text));
		framing.push(one);
		expect(heard).toEqual([why]);
	});
});
