// GNU SASL shares nothing with this implementation but the RFCs.

import { expect, test } from "vitest";
import {
	MECHANISMS,
	type MechanismName,
	type SaslOptions,
	saslProfiles,
} from "../../../src/beep/index.js";
import { pair } from "../pair.js";
import {
	credentials,
	decoysOf,
	FRED,
	PASSWORD,
	REALM,
	server,
} from "./exchange.js";
import { authenticateWith, type GsaslOptions, hasGsasl } from "./gsasl.js";

const there = hasGsasl();
if (!there) {
	console.warn(
		"\n*** SKIPPED: test/beep/sasl needs gsasl, and there is none. Nothing was checked against another SASL. ***\n",
	);
}

const BÄRBEL = "bärbel@example.com";
const BETTY = "betty@example.com";
const ACCENTS = "naïveté";
/** SASLprep takes it apart, to characters that ISO 8859-1 does not have. */
const FRACTION = "½";

const BINDING = Buffer.from("the exporter of this connection");

async function login(
	mechanism: MechanismName,
	options: GsaslOptions,
	more: Partial<SaslOptions> = {},
) {
	const { listener, initiator } = pair({
		profiles: saslProfiles({
			mechanisms: MECHANISMS,
			credentials: credentials({
				[FRED]: PASSWORD,
				[BÄRBEL]: FRACTION,
				[BETTY]: ACCENTS,
			}),
			decoys: decoysOf(),
			digest: { realms: [REALM], hosts: ["server.example.com"] },
			external: () => [FRED],
			anonymous: (_session, trace) => `guest+${trace}`,
			isEncrypted: () => true,
			channelBinding: () => (type) =>
				type === "tls-exporter" ? BINDING : undefined,
			...more,
		}),
	});
	const outcome = await authenticateWith(initiator, mechanism, options);
	return { ...outcome, identity: listener.identity?.name };
}

const as = (user: string, password: string) => ["-a", user, "-p", password];
const DIGEST = [
	...["--service", "beep", "--hostname", "server.example.com"],
	...["--realm", REALM, "--quality-of-protection=qop-auth"],
];

const EXTRA: Readonly<Record<string, Partial<GsaslOptions>>> = {
	"SCRAM-SHA-256": { arguments: ["--no-cb"] },
	"SCRAM-SHA-1": { arguments: ["--no-cb"] },
	"SCRAM-SHA-256-PLUS": { asked: [BINDING.toString("base64")] },
	"SCRAM-SHA-1-PLUS": { asked: [BINDING.toString("base64")] },
	"DIGEST-MD5": { arguments: DIGEST },
};

const PASSWORDS = [
	"SCRAM-SHA-256",
	"SCRAM-SHA-1",
	"SCRAM-SHA-256-PLUS",
	"SCRAM-SHA-1-PLUS",
	"PLAIN",
	"DIGEST-MD5",
] as const;

function options(
	mechanism: MechanismName,
	who: readonly string[],
	more: Partial<GsaslOptions> = {},
): GsaslOptions {
	const extra = EXTRA[mechanism];
	const all = [...who, ...(extra?.arguments ?? [])];
	return { ...extra, ...more, arguments: all };
}

test.skipIf(!there).each(PASSWORDS)(
	"%s: gsasl gets in, and trusts the server",
	async (mechanism) => {
		const { status, errors, identity } = await login(
			mechanism,
			options(mechanism, as(FRED, PASSWORD)),
		);
		expect(errors).toContain("authentication finished");
		expect({ status, identity }).toEqual({ status: 0, identity: FRED });
	},
);

test.skipIf(!there).each(PASSWORDS)(
	"%s: in another script",
	async (mechanism) => {
		// gsasl leaves the name in UTF-8 where RFC 2831 §2.1.2.1 hashes it in ISO 8859-1
		const user = mechanism === "DIGEST-MD5" ? BETTY : BÄRBEL;
		const who = as(user, user === BETTY ? ACCENTS : FRACTION);
		const { identity } = await login(mechanism, options(mechanism, who));
		expect(identity).toBe(user);
	},
);

test.skipIf(!there).each(PASSWORDS)(
	"%s: gsasl with a wrong password, or as nobody, is refused with 535",
	async (mechanism) => {
		for (const who of [as(FRED, "wilma"), as("barney@example.com", "x")]) {
			await expect(
				login(mechanism, options(mechanism, who)),
			).rejects.toMatchObject({ code: 535, message: "authentication failed" });
		}
	},
);

test.skipIf(!there)(
	"SCRAM-SHA-256-PLUS: gsasl on another connection is refused with 535",
	async () => {
		const other = { asked: [Buffer.from("another").toString("base64")] };
		await expect(
			login(
				"SCRAM-SHA-256-PLUS",
				options("SCRAM-SHA-256-PLUS", as(FRED, PASSWORD), other),
			),
		).rejects.toMatchObject({ code: 535 });
	},
);

test.skipIf(!there).each([
	["EXTERNAL", ["-z", FRED], FRED],
	["EXTERNAL", [], FRED],
	["ANONYMOUS", ["-n", "sirhc"], "guest+sirhc"],
] as const)("%s: gsasl %j gets in", async (mechanism, args, name) => {
	const { status, identity } = await login(mechanism, { arguments: args });
	expect({ status, identity }).toEqual({ status: 0, identity: name });
});

test.skipIf(!there).each(["SCRAM-SHA-256", "PLAIN"] as const)(
	"%s: an initial response in the first MSG does as well",
	async (mechanism) => {
		const how = options(mechanism, as(FRED, PASSWORD), { piggyback: false });
		const { status, identity } = await login(mechanism, how);
		expect({ status, identity }).toEqual({ status: 0, identity: FRED });
	},
);

test.skipIf(!there)("what gsasl says, cut short, is refused", async () => {
	const wire: GsaslOptions["wire"] = (response, index) =>
		index === 1 ? response.subarray(0, -8) : response;
	const how = options("SCRAM-SHA-256", as(FRED, PASSWORD), { wire });
	await expect(login("SCRAM-SHA-256", how)).rejects.toMatchObject({
		code: expect.toSatisfy((code) => code === 501 || code === 535),
	});
});

test.skipIf(!there)(
	"what gsasl said once, said again, proves nothing",
	async () => {
		const overheard: Buffer[] = [];
		const wire: GsaslOptions["wire"] = (response) => {
			overheard.push(response);
			return response;
		};
		const how = options("SCRAM-SHA-256", as(FRED, PASSWORD), { wire });
		expect(await login("SCRAM-SHA-256", how)).toMatchObject({ identity: FRED });
		const replaying = server("SCRAM-SHA-256");
		await replaying.step(overheard[0]);
		await expect(replaying.step(overheard[1])).rejects.toMatchObject({
			code: 535,
		});
	},
);
