import { createHash } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer, type TLSSocket } from "node:tls";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import {
	type ChannelBinding,
	tlsChannelBinding,
} from "../../../src/beep/index.js";
import { clientMechanisms } from "../../../src/beep/sasl/client/index.js";
import { serverMechanism } from "../../../src/beep/sasl/server/index.js";
import { signatureHash } from "../../../src/beep/sasl/signature-hash.js";
import { Authority, type Certified } from "../certificates.js";
import {
	client,
	clientContext,
	FRED,
	run,
	server,
	serverContext,
} from "./exchange.js";

const PLUS = "SCRAM-SHA-256-PLUS";

const bound =
	(octets: string, types = ["tls-exporter", "tls-server-end-point"]) =>
	(type: string) =>
		types.includes(type) ? Buffer.from(`${type} ${octets}`) : undefined;

const attempt = (here: ChannelBinding, there: ChannelBinding) =>
	run(
		server(PLUS, { channelBinding: here }),
		client(PLUS, { channelBinding: there }),
	);

test("both sides of one connection agree", async () => {
	expect(await attempt(bound("one"), bound("one"))).toMatchObject({
		identity: FRED,
	});
});

test("somebody in between, with a connection to each side, is found out", async () => {
	await expect(attempt(bound("one"), bound("two"))).rejects.toMatchObject({
		code: 535,
	});
});

test("the exporter is preferred, and the certificate does where there is none", async () => {
	const flags: string[] = [];
	for (const types of [undefined, ["tls-server-end-point"]]) {
		const there = client(PLUS, { channelBinding: bound("one", types) });
		const here = server(PLUS, { channelBinding: bound("one") });
		await run(here, there, (message, index) => {
			if (index === 0) flags.push(String(message).split(",")[0] ?? "");
			return message;
		});
	}
	expect(flags).toEqual(["p=tls-exporter", "p=tls-server-end-point"]);
});

test("a type that the server cannot do is refused with 535", async () => {
	await expect(
		attempt(bound("one", ["tls-server-end-point"]), bound("one")),
	).rejects.toMatchObject({ code: 535 });
});

test("PLUS without a binding is refused with 501", async () => {
	await expect(
		run(
			server(PLUS, { channelBinding: bound("one") }),
			client("SCRAM-SHA-256"),
		),
	).rejects.toMatchObject({ code: 501 });
});

test("PLUS is withheld where there is nothing to bind to", () => {
	const mechanism = serverMechanism(PLUS);
	expect(mechanism.withheld?.(serverContext())).toMatchObject({ code: 538 });
	const channelBinding = bound("one");
	expect(
		mechanism.withheld?.(serverContext({ channelBinding })),
	).toBeUndefined();
});

describe("a client that could bind", () => {
	const there = { channelBinding: bound("one"), isBindingOffered: false };

	it("is refused with 534 where somebody has hidden the offer from it", async () => {
		const here = server("SCRAM-SHA-256", { channelBinding: bound("one") });
		await expect(
			run(here, client("SCRAM-SHA-256", there)),
		).rejects.toMatchObject({ code: 534 });
	});

	it("gets in where the server really cannot", async () => {
		const step = await run(
			server("SCRAM-SHA-256"),
			client("SCRAM-SHA-256", there),
		);
		expect(step.identity).toBe(FRED);
	});

	it("gets in where the server has something to bind to, and does not offer it", async () => {
		const step = await run(
			server("SCRAM-SHA-256", {
				channelBinding: bound("one"),
				isBindingOffered: false,
			}),
			client("SCRAM-SHA-256", there),
		);
		expect(step.identity).toBe(FRED);
	});

	it("gets in without, where it knows of the offer and does not want it", async () => {
		const step = await run(
			server("SCRAM-SHA-256", { channelBinding: bound("one") }),
			client("SCRAM-SHA-256", { ...there, isBindingOffered: true }),
		);
		expect(step.identity).toBe(FRED);
	});
});

test("a client that has nothing to bind to has no use for PLUS", () => {
	const { suits } = clientMechanisms[PLUS];
	expect(suits(clientContext())).toBe(false);
	expect(suits(clientContext({ channelBinding: bound("one") }))).toBe(true);
});

describe("under TLS", () => {
	let authority: Authority;
	let certified: Certified;
	beforeAll(() => {
		authority = new Authority();
		certified = authority.certify("DNS:example.com");
	});
	afterAll(() => authority.remove());

	const connected = async (
		use: (here: ChannelBinding, there: ChannelBinding) => Promise<void>,
	) => {
		const listener = createServer(certified).listen(0, "127.0.0.1");
		await once(listener, "listening");
		const arrival = once(listener, "secureConnection");
		const { port } = listener.address() as AddressInfo;
		const there = connect({
			...{ port, host: "127.0.0.1", servername: "example.com" },
			ca: authority.ca,
		});
		const [here] = (await arrival) as [TLSSocket];
		if (!there.authorized) await once(there, "secureConnect");
		try {
			await use(
				tlsChannelBinding(here, "listener"),
				tlsChannelBinding(there, "initiator"),
			);
		} finally {
			there.destroy();
			here.destroy();
			listener.close();
		}
	};

	it("both sides get the same octets of either type, and may use them", () =>
		connected(async (here, there) => {
			for (const type of ["tls-exporter", "tls-server-end-point"] as const) {
				expect(here(type)).toHaveLength(32);
				expect(there(type)).toEqual(here(type));
			}
			expect(await attempt(here, there)).toMatchObject({ identity: FRED });
		}));

	it("two connections have one certificate, and exporters that differ", () =>
		connected((here) =>
			connected(async (other) => {
				const end = "tls-server-end-point";
				expect(here(end)).toEqual(other(end));
				expect(here("tls-exporter")).not.toEqual(other("tls-exporter"));
			}),
		));

	it("the certificate goes by the hash of its signature (RFC 5929 §4.1)", () => {
		const der = Buffer.from(
			certified.cert.toString().replaceAll(/-----[^-]+-----|\s/g, ""),
			"base64",
		);
		expect(signatureHash(der)).toBe("sha256");
		expect(createHash("sha256").update(der).digest()).toHaveLength(32);
		expect(() => signatureHash(der.subarray(0, 3))).toThrow(RangeError);
	});
});
