import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { verifierOf } from "../../../src/beep/index.js";
import {
	clientFirstBare,
	readClientFinal,
	readClientFirst,
	readServerFirst,
} from "../../../src/beep/sasl/scram-messages.js";
import {
	client,
	credentials,
	decoysOf,
	FRED,
	ITERATIONS,
	PASSWORD,
	run,
	server,
} from "./exchange.js";

/** Randomness that makes the nonce of an RFC. */
const nonce = (text: string) => () =>
	Object.assign(Buffer.alloc(0), { toString: () => text });

const VECTORS = [
	{
		rfc: "RFC 5802 §5",
		hash: "SHA-1",
		salt: "QSXCR+Q6sek8bf92",
		ours: "fyko+d2lbbFgONRv9qkxdawL",
		theirs: "3rfcNHYJY1ZVvWVs7j",
		proof: "v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
		signature: "rmF9pqV8S7suAoZWja4dJRkFsKQ=",
	},
	{
		rfc: "RFC 7677 §3",
		hash: "SHA-256",
		salt: "W22ZaJ0SNY7soEsUEjb6gQ==",
		ours: "rOprNGfwEbeRWgbNEkqO",
		theirs: "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
		proof: "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
		signature: "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
	},
] as const;

describe.each(VECTORS)("the example of $rfc", (vector) => {
	const { hash, salt, ours, theirs, proof, signature } = vector;
	const challenge = `r=${ours}${theirs},s=${salt},i=4096`;
	const final = `c=biws,r=${ours}${theirs},p=${proof}`;

	it("is what the client says", async () => {
		const exchange = client(`SCRAM-${hash}`, {
			...{ user: "user", password: "pencil", random: nonce(ours) },
		});
		expect(String(exchange.initial)).toBe(`n,,n=user,r=${ours}`);
		expect(String(await exchange.step(Buffer.from(challenge)))).toBe(final);
		expect(await exchange.step(Buffer.from(`v=${signature}`))).toHaveLength(0);
		exchange.complete();
	});

	it("is what the server says", async () => {
		const verifier = await verifierOf(hash, "pencil", {
			salt: Buffer.from(salt, "base64"),
			iterations: 4096,
		});
		const exchange = server(`SCRAM-${hash}`, {
			credentials: { ...credentials(), verifier: async () => verifier },
			random: nonce(theirs),
		});
		const first = await exchange.step(Buffer.from(`n,,n=user,r=${ours}`));
		expect(first).toEqual({ kind: "challenge", blob: Buffer.from(challenge) });
		expect(await exchange.step(Buffer.from(final))).toEqual({
			kind: "success",
			identity: "user",
			blob: Buffer.from(`v=${signature}`),
		});
	});
});

// what SASLprep leaves as it is, "=" and "," among it
const text = fc.string({
	unit: fc.constantFrom(..."abcXYZ019 =,-_!\"'\\/éüßñ日本語"),
	minLength: 1,
	maxLength: 20,
});

const MECHANISMS = ["SCRAM-SHA-256", "SCRAM-SHA-1"] as const;

test.each(MECHANISMS)("%s: whoever knows the password gets in", (name) =>
	fc.assert(
		fc.asyncProperty(text, text, async (user, password) => {
			const known = credentials({ [user]: password });
			const { identity } = await run(
				server(name, { credentials: known }),
				client(name, { user, password }),
			);
			expect(identity).toBe(known.canonical(user));
		}),
		{ numRuns: 40 },
	),
);

test.each(MECHANISMS)(
	"%s: whoever does not know the password stays out",
	(name) =>
		fc.assert(
			fc.asyncProperty(text, text, text, async (user, password, guess) => {
				fc.pre(password.trim() !== guess.trim());
				const known = credentials({ [user]: password });
				await expect(
					run(
						server(name, { credentials: known }),
						client(name, { user, password: guess }),
					),
				).rejects.toMatchObject({ code: 535 });
			}),
			{ numRuns: 40 },
		),
);

test("a password that is written otherwise is the same password (RFC 4013)", async () => {
	const known = credentials({ [FRED]: "Ⅸ" });
	const { identity } = await run(
		server("SCRAM-SHA-256", { credentials: known }),
		client("SCRAM-SHA-256", { password: "I\u00adX" }),
	);
	expect(identity).toBe(FRED);
});

test("the identity is the canonical form of the name", async () => {
	const { identity } = await run(
		server("SCRAM-SHA-256"),
		client("SCRAM-SHA-256", { user: "fred@EXAMPLE.com" }),
	);
	expect(identity).toBe(FRED);
});

describe("a wrong password and an unknown account", () => {
	const attempt = async (user: string, password: string) => {
		const heard: Buffer[] = [];
		const here = server("SCRAM-SHA-256", { random: nonce("NONCE") });
		const there = client("SCRAM-SHA-256", {
			...{ user, password, random: nonce("nonce") },
		});
		const listening = {
			step: async (response: Buffer | undefined) => {
				const step = await here.step(response);
				if (step.blob !== undefined) heard.push(step.blob);
				return step;
			},
		};
		const error = await run(listening, there).catch((error) => error);
		return { heard: heard.map(String), error };
	};

	it("hear the same, octet for octet, but for the salt", async () => {
		const wrong = await attempt(FRED, "wilma");
		const unknown = await attempt("barney@example.com", "wilma");
		expect(unknown.error).toEqual(wrong.error);
		expect(wrong.error).toMatchObject({ code: 535 });
		const form = /^r=nonceNONCE,s=[A-Za-z0-9+/]+=*,i=4096$/;
		expect(wrong.heard).toEqual([expect.stringMatching(form)]);
		expect(unknown.heard).toEqual([expect.stringMatching(form)]);
	});

	it("an unknown name always gets the same salt, and each another one", async () => {
		const salts = await Promise.all(
			["barney", "barney", "betty"].map(async (local) => {
				const { heard } = await attempt(`${local}@example.com`, "x");
				return readServerFirst(Buffer.from(heard[0] ?? "")).salt.toString(
					"hex",
				);
			}),
		);
		expect(salts[0]).toBe(salts[1]);
		expect(salts[0]).not.toBe(salts[2]);
	});

	it("an unknown name gets one salt however its domain is written", async () => {
		const [lower] = (await attempt("barney@example.com", "x")).heard;
		const [upper] = (await attempt("barney@EXAMPLE.com", "x")).heard;
		expect(upper).toBe(lower);
	});

	it("take one path: both look the account up, make a decoy, and check a proof", async () => {
		const path: string[] = [];
		const { verifier, ...known } = credentials();
		const made = decoysOf();
		for (const user of [FRED, "barney@example.com"]) {
			const here = server("SCRAM-SHA-256", {
				admit: async () => void path.push("admit"),
				credentials: {
					...known,
					verifier: (...asked) => {
						path.push("look up");
						return verifier(...asked);
					},
				},
				decoys: {
					...made,
					verifier: (...asked) => {
						path.push("decoy");
						return made.verifier(...asked);
					},
				},
			});
			const there = client("SCRAM-SHA-256", { user, password: "x" });
			await run(here, there).catch(() => path.push("refused"));
		}
		const each = ["admit", "look up", "decoy", "refused"];
		expect(path).toEqual([...each, ...each]);
	});

	it("nobody gets in with the keys of a decoy", async () => {
		// whoever could invert the hash would have to be refused all the same
		const verifier = await verifierOf("SHA-256", PASSWORD, {
			...{ salt: Buffer.from("salt"), iterations: ITERATIONS },
		});
		await expect(
			run(
				server("SCRAM-SHA-256", {
					decoys: { ...decoysOf(), verifier: () => verifier },
				}),
				client("SCRAM-SHA-256", { user: "barney@example.com" }),
			),
		).rejects.toMatchObject({ code: 535 });
	});
});

test("a proof that was overheard proves nothing later", async () => {
	const overheard: Buffer[] = [];
	await run(server("SCRAM-SHA-256"), client("SCRAM-SHA-256"), (message) => {
		overheard.push(message);
		return message;
	});
	const replaying = server("SCRAM-SHA-256");
	await replaying.step(overheard[0]);
	await expect(replaying.step(overheard[1])).rejects.toMatchObject({
		code: 535,
	});
});

describe("to act as another", () => {
	const wilma = "wilma@example.com";
	const attempt = (more: object, authorization = wilma) =>
		run(
			server("SCRAM-SHA-256", more),
			client("SCRAM-SHA-256", { authorization }),
		);

	it("is refused with 537 by default", () =>
		expect(attempt({})).rejects.toMatchObject({ code: 537 }));

	it("is for the policy to allow", async () => {
		const mayActAs = (who: string, as: string) => who === FRED && as === wilma;
		expect(await attempt({ mayActAs })).toMatchObject({ identity: wilma });
	});

	it("is not found out about without the password", () =>
		expect(
			attempt({ mayActAs: () => true, credentials: credentials({}) }),
		).rejects.toMatchObject({ code: 535 }));

	it("needs no leave for oneself", async () =>
		expect(await attempt({}, FRED)).toMatchObject({ identity: FRED }));
});

describe("a server refuses", () => {
	const broken: [what: string, code: number, index: number, text: string][] = [
		["no gs2-header", 501, 0, "n=fred@example.com,r=abc"],
		["a mandatory extension", 501, 0, "n,,m=x,n=fred@example.com,r=abc"],
		["a name with a bare =", 501, 0, "n,,n=fr=ed,r=abc"],
		["no nonce", 501, 0, "n,,n=fred@example.com"],
		["channel binding without PLUS", 501, 0, "p=tls-exporter,,n=f,r=abc"],
		["nothing at all", 501, 0, ""],
		["a final message that is cut short", 501, 1, "c=biws,r="],
		["a proof that is no base64", 501, 1, "c=biws,r=abc,p=AAA"],
		["another nonce", 535, 1, "c=biws,r=abc,p=AAAA"],
	];
	it.each(broken)("%s with %i", async (_what, code, index, text) => {
		await expect(
			run(server("SCRAM-SHA-256"), client("SCRAM-SHA-256"), (message, i) =>
				i === index ? Buffer.from(text) : message,
			),
		).rejects.toMatchObject({ code });
	});

	it("a proof that is one octet short, or long, with 535", async () => {
		for (const change of [
			(proof: Buffer) => proof.subarray(1),
			(proof: Buffer) => Buffer.concat([proof, Buffer.alloc(1)]),
		]) {
			await expect(
				run(server("SCRAM-SHA-256"), client("SCRAM-SHA-256"), (message, i) => {
					if (i === 0) return message;
					const { withoutProof, proof } = readClientFinal(message);
					const changed = change(proof).toString("base64");
					return Buffer.from(`${withoutProof},p=${changed}`);
				}),
			).rejects.toMatchObject({ code: 535 });
		}
	});

	it("whatever is changed on the way", () =>
		fc.assert(
			fc.asyncProperty(
				fc.nat({ max: 1 }),
				fc.nat(),
				fc.integer({ min: 1, max: 127 }),
				async (index, where, change) => {
					const outcome = run(
						server("SCRAM-SHA-256"),
						client("SCRAM-SHA-256"),
						(message, i) => {
							if (i !== index) return message;
							const changed = Buffer.from(message);
							const at = where % changed.length;
							changed[at] = (changed[at] ?? 0) ^ change;
							return changed;
						},
					);
					await expect(outcome).rejects.toMatchObject({
						code: expect.toSatisfy((code) => [501, 535, 537].includes(code)),
					});
				},
			),
			{ numRuns: 60 },
		));
});

describe("a client refuses", () => {
	const challenged = async (change: (challenge: string) => string) => {
		const here = server("SCRAM-SHA-256");
		const there = client("SCRAM-SHA-256");
		const { blob } = await here.step(there.initial);
		return there.step(Buffer.from(change(String(blob))));
	};

	it("a nonce that does not begin with its own", () =>
		expect(
			challenged((text) => text.replace("r=", "r=x")),
		).rejects.toMatchObject({ code: 535 }));

	it("a nonce to which nothing was added", () =>
		expect(
			challenged((text) => text.replace(/(r=.{32})[^,]*/, "$1")),
		).rejects.toMatchObject({ code: 535 }));

	it.each(["1", "4095", "99999999"])("%s iterations", (count) =>
		expect(
			challenged((text) => text.replace(/i=\d+/, `i=${count}`)),
		).rejects.toMatchObject({ code: 534 }),
	);

	it("a server that does not know the account", async () => {
		const there = client("SCRAM-SHA-256");
		const { blob = Buffer.alloc(0) } = await server("SCRAM-SHA-256").step(
			there.initial,
		);
		await there.step(blob);
		const signature = Buffer.alloc(32).toString("base64");
		await expect(
			there.step(Buffer.from(`v=${signature}`)),
		).rejects.toMatchObject({ code: 535 });
		expect(() => there.complete()).toThrow("has not proved");
	});

	it("success before the server has proved anything", () => {
		expect(() => client("SCRAM-SHA-256").complete()).toThrow("has not proved");
	});

	it("a password that SASLprep refuses, without a word of it", () => {
		expect(() => client("SCRAM-SHA-256", { password: "secret\u0007" })).toThrow(
			/^SASLprep refuses the name or the password$/,
		);
	});
});

test("= and , in a name are written as RFC 5802 §5.1 says, and read again", () =>
	fc.assert(
		fc.property(text, (user) => {
			const bare = clientFirstBare(user, "abc");
			expect(readClientFirst(Buffer.from(`n,,${bare}`)).user).toBe(user);
		}),
	));
