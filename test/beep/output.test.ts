import { expect, test } from "vitest";
import { Output } from "../../src/beep/output.js";

const LARGE = 64 * 1024;

/** All 256 octets, again and again. */
const octetsOf = (length: number) =>
	Buffer.from(Array.from({ length }, (_, at) => at % 256));

const written = (pieces: readonly (string | Buffer)[]) =>
	Buffer.concat(
		pieces.map((piece) =>
			typeof piece === "string" ? Buffer.from(piece, "latin1") : piece,
		),
	);

test.each([128, 129, 1024])("%i octets leave as they came", (length) => {
	const output = new Output();
	output.ascii("header\r\n");
	output.binary(octetsOf(length));
	output.ascii("END\r\n");
	expect(output.isLarge).toBe(false);
	const taken = output.take();
	const expected = ["header\r\n", octetsOf(length), "END\r\n"];
	expect(written([taken])).toEqual(written(expected));
	expect(typeof taken).toBe(length === 128 ? "string" : "object");
});

test("many octets leave in their order, and are not copied", () => {
	const octets = octetsOf(LARGE);
	const output = new Output();
	output.ascii("header\r\n");
	output.binary(octets);
	output.ascii("END\r\nRPY\r\n");
	output.binary(octetsOf(10));
	output.ascii("END\r\n");
	output.urgent("SEQ\r\n");
	expect(output.isLarge).toBe(true);
	const pieces = output.pieces();
	expect(pieces).toContain(octets);
	expect(written(pieces)).toEqual(
		written([
			...["SEQ\r\n", "header\r\n", octets, "END\r\nRPY\r\n"],
			...[octetsOf(10), "END\r\n"],
		]),
	);
	expect(output.octets).toBe(0);
	expect(output.isLarge).toBe(false);
	expect(output.take()).toBe("");
});
