import fc from "fast-check";
import { expect, test } from "vitest";
import { FrameParser } from "../../src/beep/index.js";
import { Output } from "../../src/beep/output.js";

test("what was pushed may be overwritten, wherever the octets were cut", () => {
	const payload = fc.string({ unit: "binary-ascii", maxLength: 300 });
	fc.assert(
		fc.property(
			fc.array(payload, { maxLength: 4 }),
			fc.array(fc.nat(1500)),
			(payloads, cuts) => {
				const octets = Buffer.from(
					payloads
						.map((text) => `MSG 1 1 * 0 ${text.length}\r\n${text}END\r\n`)
						.join(""),
				);
				const found: Buffer[] = [];
				const parser = new FrameParser({
					header() {},
					frame(_, payload) {
						found.push(payload);
					},
				});
				const shared = Buffer.alloc(octets.length);
				let at = 0;
				for (const end of [...cuts, octets.length].sort((a, b) => a - b)) {
					if (end > octets.length) continue;
					const read = shared.subarray(0, octets.copy(shared, 0, at, end));
					parser.push(read);
					read.fill("?");
					at = end;
				}
				expect(found.map(String)).toEqual(payloads);
				expect(parser.idle).toBe(true);
			},
		),
	);
});

test.each([10, 100_000])(
	"what is urgent, text and binary octets leave in their order: %i octets",
	(size) => {
		const octets = Buffer.alloc(size, 0xff);
		const text = "0123456789".repeat(size / 10);
		const output = new Output();
		output.ascii("header\r\n");
		output.binary(octets);
		output.ascii("END\r\n");
		output.ascii(text);
		output.binary(octets);
		output.urgent("SEQ\r\n");
		const expected = Buffer.concat([
			Buffer.from("SEQ\r\nheader\r\n"),
			octets,
			Buffer.from(`END\r\n${text}`),
			octets,
		]);
		expect(Buffer.from(output.take()).equals(expected)).toBe(true);
		expect(output.octets).toBe(0);
	},
);
