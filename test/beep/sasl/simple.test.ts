// The mechanisms of one message.

import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { clientMechanisms } from "../../../src/beep/sasl/client/index.js";
import { serverMechanism } from "../../../src/beep/sasl/server/index.js";
import {
	client,
	clientContext,
	credentials,
	decoysOf,
	FRED,
	PASSWORD,
	run,
	server,
	serverContext,
} from "./exchange.js";

describe("PLAIN", () => {
	const say = (text: string, more = {}) =>
		server("PLAIN", more).step(Buffer.from(text));

	it("whoever knows the password gets in", async () => {
		expect(await run(server("PLAIN"), client("PLAIN"))).toEqual({
			...{ kind: "success", identity: FRED },
		});
	});

	it("names and passwords may be in any script", () => {
		const text = fc.string({
			unit: fc.constantFrom(..."azAZ09 ,=-üßñ日本語"),
			minLength: 1,
		});
		return fc.assert(
			fc.asyncProperty(text, text, async (user, password) => {
				const known = credentials({ [user]: password });
				const step = await run(
					server("PLAIN", { credentials: known }),
					client("PLAIN", { user, password }),
				);
				expect(step.identity).toBe(user);
			}),
			{ numRuns: 25 },
		);
	});

	it.each([
		["a wrong password", `\0${FRED}\0wilma`],
		["an unknown account", `\0barney@example.com\0${PASSWORD}`],
		["a password that SASLprep refuses", `\0${FRED}\0\u0007`],
		["a name that SASLprep refuses", `\0\u0007\0${PASSWORD}`],
	])("refuses %s with the same words", async (_what, text) => {
		await expect(say(text)).rejects.toMatchObject({
			...{ code: 535, message: "authentication failed" },
		});
	});

	it("derives a key for an unknown account too, which takes the time", async () => {
		const asked: string[] = [];
		const made = decoysOf();
		const decoys = {
			...made,
			verifier: (...what: Parameters<typeof made.verifier>) => {
				asked.push(what[0]);
				return made.verifier(...what);
			},
		};
		await expect(say("\0barney\0x", { decoys })).rejects.toThrow();
		expect(asked).toEqual(["barney"]);
	});

	it.each([
		["nothing", ""],
		["a name alone", FRED],
		["no password", `\0${FRED}\0`],
		["no name", `\0\0${PASSWORD}`],
		["one part more", `\0${FRED}\0${PASSWORD}\0`],
	])("refuses %s with 501", async (_what, text) => {
		await expect(say(text)).rejects.toMatchObject({ code: 501 });
	});

	it("to act as another is for the policy to allow", async () => {
		const text = `wilma@example.com\0${FRED}\0${PASSWORD}`;
		await expect(say(text)).rejects.toMatchObject({ code: 537 });
		expect(await say(text, { mayActAs: () => true })).toMatchObject({
			identity: "wilma@example.com",
		});
	});

	it("is withheld in the clear, by either side", () => {
		const isEncrypted = false;
		expect(
			serverMechanism("PLAIN").withheld?.(serverContext({ isEncrypted })),
		).toMatchObject({ code: 538 });
		expect(
			serverMechanism("PLAIN").withheld?.(serverContext()),
		).toBeUndefined();
		const { suits } = clientMechanisms.PLAIN;
		expect(suits(clientContext({ isEncrypted }))).toBe(false);
		expect(suits(clientContext())).toBe(true);
	});
});

describe("EXTERNAL", () => {
	const external = () => [FRED, "mail@example.com"];
	const attempt = (authorization: string | undefined, more = {}) =>
		run(
			server("EXTERNAL", { external, ...more }),
			client("EXTERNAL", { authorization }),
		);

	it("an identity that is not given is the first that the certificate names", async () => {
		expect(await attempt(undefined)).toMatchObject({ identity: FRED });
	});

	it("an identity that is given must be one that the certificate names", async () => {
		expect(await attempt("mail@EXAMPLE.com")).toMatchObject({
			identity: "mail@example.com",
		});
		await expect(attempt("wilma@example.com")).rejects.toMatchObject({
			code: 537,
		});
	});

	it("who is named may act as another where the policy allows", async () => {
		const mayActAs = (who: string) => who === FRED;
		expect(await attempt("wilma@example.com", { mayActAs })).toMatchObject({
			identity: "wilma@example.com",
		});
	});

	it("nobody is named by no certificate", () =>
		expect(attempt(undefined, { external: () => [] })).rejects.toMatchObject({
			code: 535,
		}));

	it("is withheld where no service outside is active (RFC 3080 §4.1.3)", () => {
		const isEncrypted = false;
		expect(
			serverMechanism("EXTERNAL").withheld?.(serverContext({ isEncrypted })),
		).toMatchObject({ code: 538 });
	});
});

describe("ANONYMOUS", () => {
	const guests = (trace: string) =>
		trace.startsWith("guest") ? "guest@example.com" : undefined;
	const attempt = (trace: string | undefined) =>
		run(
			server("ANONYMOUS", { anonymous: guests }),
			client("ANONYMOUS", { trace }),
		);

	it("is whom the policy says", async () => {
		expect(await attempt("guest of Fred")).toMatchObject({
			identity: "guest@example.com",
		});
	});

	it.each(["fred", "", undefined])(
		"is refused with 534 where it says nobody",
		(trace) => expect(attempt(trace)).rejects.toMatchObject({ code: 534 }),
	);

	it.each([
		["over 255 characters", "guest".padEnd(256, "x")],
		["control characters", "guest\u0007"],
	])("a trace of %s is refused with 501", (_what, trace) =>
		expect(attempt(trace)).rejects.toMatchObject({ code: 501 }),
	);

	it("a trace may have 255 characters, however many octets", () =>
		expect(attempt("guest".padEnd(255, "日"))).resolves.toBeDefined());
});

test.each(["PLAIN", "EXTERNAL", "ANONYMOUS"] as const)(
	"%s: a server without an initial response asks for it; a client is asked nothing else",
	async (name) => {
		const step = await server(name).step(undefined);
		expect(step).toEqual({ kind: "challenge", blob: Buffer.alloc(0) });
		await expect(client(name).step(Buffer.from("?"))).rejects.toMatchObject({
			code: 501,
		});
	},
);
