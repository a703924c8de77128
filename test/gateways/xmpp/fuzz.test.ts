import { expect, test } from "vitest";
import type { Stanza } from "../../../src/gateways/xmpp/index.js";
import { StreamParser } from "../../../src/gateways/xmpp/parser.js";
import { Bench, COMPONENT, tuple } from "./harness.js";

/** All of them take a minute; a change is checked with some. */
const COUNT = Number(process.env.XMPP_MUTATIONS ?? 3000);

const JULIET = "from='juliet@capulet.example/balcony'";
const FRED = `to='fred@${COMPONENT}'`;

const CORPUS = [
	...["subscribe", "unsubscribe", "probe", "subscribed", "unavailable"].map(
		(type) => `<presence ${JULIET} ${FRED} type='${type}' id='i1'/>`,
	),
	...["subscribed", "unsubscribed", "error", "unavailable"].map(
		(type) => `<presence ${JULIET} to='${COMPONENT}' type='${type}'/>`,
	),
	`<presence ${JULIET} to='${COMPONENT}' xml:lang='en'><show>away</show><status xml:lang='cs'>žlutý &lt;kůň&gt;</status><priority>13</priority><c xmlns='http://jabber.org/protocol/caps' hash='sha-1' ver='x'/></presence>`,
	`<presence from='o#27;hara\\40x@capulet.example/my phone' to='#46;red\\40example.com@${COMPONENT}' type='subscribe'/>`,
	`<presence ${JULIET} to='${COMPONENT}' type='error'><error type='wait'><remote-server-timeout xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></presence>`,
	`<message ${JULIET} ${FRED} type='chat'><body>hello</body></message>`,
	`<iq ${JULIET} ${FRED} type='get' id='1'><query xmlns='jabber:iq:version'/></iq>`,
];

const PIECES = [
	..."<>/='\"&;#@\\ \u0000\u001f\u05d0é",
	...["&#x0;", "&#xd800;", "]]>", "<![CDATA[", "<!--", "<?", "xmlns:a='b'"],
	...["constructor", "__proto__", "-129", "1e9", "x".repeat(2000)],
];

/** A generator that gives the same numbers each time (mulberry32). */
function randomFrom(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

test(
	`${COUNT} mutated stanzas are answered, passed over or refused, and nothing breaks`,
	async () => {
		const random = randomFrom(3922);
		const pick = <T>(items: readonly T[]): T | undefined =>
			items[Math.floor(random() * items.length)];
		const mutated = (): string => {
			let text = pick(CORPUS) ?? "";
			for (let turns = Math.floor(random() * 4); turns > 0; turns -= 1) {
				const at = Math.floor(random() * text.length);
				const length = Math.floor(random() * 8);
				const piece =
					random() < 0.3
						? text.slice(Math.floor(random() * text.length)).slice(0, 60)
						: (pick(PIECES) ?? "");
				text = text.slice(0, at) + piece + text.slice(at + length);
			}
			return text;
		};

		const bench = await Bench.online({
			limits: {
				xmppStanzaCharacters: 1000,
				xmppSubscriptions: 20,
				xmppLingerSeconds: 5,
			},
		});
		let stanzas = 0;
		let refused = 0;
		const feed = (text: string): void => {
			const cut = new WeakSet<object>();
			const parser = new StreamParser(1000, cut);
			parser.on("error", () => {
				refused += 1;
			});
			parser.on("element", (stanza: Stanza) => {
				stanzas += 1;
				bench.events.stanza(stanza, cut.has(stanza));
			});
			const middle = Math.floor(random() * text.length);
			parser.write("<stream:stream xmlns='jabber:component:accept'>");
			parser.write(text.slice(0, middle));
			parser.write(text.slice(middle));
		};
		for (let count = 0; count < COUNT; count += 1) {
			feed(mutated());
			if (count % 50 === 0) {
				bench.core.watch("juliet@capulet.example");
				bench.core.publish("fred", tuple("t", "open", { note: `${count}` }));
				if (count % 200 === 0) bench.disconnect();
				await bench.settle();
				bench.advance(10);
				if (!bench.up) bench.connect();
				bench.core.unwatch("juliet@capulet.example");
			}
			// a server ends the stream of a component that speaks for another domain
			for (const line of bench.sent()) {
				expect(line).toMatch(
					/^(?:[^ @/]+@|apex\.example\.net)(?:\/.*)? > .*: \S/s,
				);
			}
		}
		expect(bench.logged).not.toContain("a stanza could not be taken");
		expect(stanzas).toBeGreaterThan(COUNT / 4);
		expect(refused).toBeGreaterThan(COUNT / 50);
		expect(bench.core.published.length).toBeGreaterThan(COUNT / 500);

		feed(`<presence ${JULIET} ${FRED} type='unsubscribe'/>`);
		await bench.settle();
		bench.sent();
		feed(`<presence ${JULIET} ${FRED} type='subscribe'/>`);
		await bench.settle();
		expect(bench.sent()[0]).toMatch(
			/^fred@ > juliet@c\S*: (?:subscribed|error)/,
		);
	},
	60_000 + COUNT * 20,
);
