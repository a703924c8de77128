import { describe, expect, test } from "vitest";
import type { Session } from "../../src/beep/index.js";
import { ECHO, echo, Raw } from "./pair.js";

const START = `<start number='1'><profile uri='http://example.com/other' /><profile uri='${ECHO}' /></start>`;

describe("a start of which the session does not see the answer", () => {
	test("no profile is asked when the session ended in the same octets", async () => {
		const asked: Session[] = [];
		const raw = new Raw({
			profiles: [
				echo({
					start({ session }) {
						asked.push(session);
						return { code: 550, text: "no" };
					},
				}),
			],
		});
		raw.greet();
		await raw.hear(/<\/greeting>END\r\n/);
		const payload = `Content-Type: application/beep+xml\r\n\r\n${START}`;
		raw.say(
			`MSG 0 1 . 50 ${payload.length}`,
			`${payload}END`,
			"this is no header",
			"",
		);
		expect(await raw.ended()).toContain("this is no header");
		await new Promise(setImmediate);
		expect(asked).toEqual([]);
	});

	test("no further profile is asked when the session ends while one decides", async () => {
		const asked: string[] = [];
		const raw: Raw = new Raw({
			profiles: [
				{
					uri: "http://example.com/other",
					async start() {
						asked.push("other");
						raw.session.abort("enough");
						return { code: 550, text: "no" };
					},
				},
				echo({
					start() {
						asked.push("echo");
						return { code: 550, text: "no" };
					},
				}),
			],
		});
		raw.greet();
		raw.send("MSG 0 1 .", START);
		expect(await raw.ended()).toBe("enough");
		await new Promise(setImmediate);
		expect(asked).toEqual(["other"]);
	});
});
