import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
	ConfigError,
	formatAddress,
	loadConfig,
	parseAddress,
} from "../../src/config/index.js";

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "apex-config-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function file(text: string): string {
	const path = join(folder, "apex.yaml");
	writeFileSync(path, text);
	return path;
}

const XMPP = "component: example.net, server: '127.0.0.1:5347'";

describe("the configuration", () => {
	test("with nothing said, example.com is served on the loopback port", () => {
		const config = loadConfig({});
		expect(config.domains).toEqual(["example.com"]);
		expect(config.listen).toEqual({ host: "127.0.0.1", port: 10913 });
		expect(config.dev).toBe(false);
	});

	test("flags win over the environment, and the environment over the file", () => {
		const sources = {
			file: file("domains: [file.example]\ndata: ./file\nlog: debug\n"),
			environment: { APEX_DOMAINS: "a.example b.example", APEX_DATA: "./env" },
			flags: { data: "./flag" },
		};
		const config = loadConfig(sources);
		expect(config.log).toBe("debug");
		expect(config.domains).toEqual(["a.example", "b.example"]);
		expect(config.data).toBe("./flag");
	});

	test("the sample says what the defaults are, but for --dev and its access", () => {
		const sample = loadConfig({ file: "samples/apex.yaml" });
		expect(sample).toEqual({
			...loadConfig({}),
			dev: true,
			access: [
				{
					actor: "*@example.com",
					actions: ["core:data", "presence:subscribe"],
				},
			],
		});
		expect(readFileSync("samples/apex.yaml", "utf8")).toContain("# ");
	});

	test.each([
		["domains: [not a domain]", "domains"],
		["listen: nowhere", "listen"],
		["listen: 127.0.0.1:65536", "listen"],
		["limits: { outboxOctets: -1 }", "limits.outboxOctets"],
		["access: [{ actor: '*@*', actions: [core] }]", "access"],
		["mesh: 10912", "mesh"],
		["routes: { example.net: nowhere }", "routes"],
		["routes: { 'not a domain': '127.0.0.1:912' }", "routes"],
		["dns: [ns.example.net]", "dns"],
		["peers: [{ domains: [example.net] }]", "peers"],
		["peers: [{ address: 192.0.2.0/33 }]", "peers"],
		["xmpp: { component: apex.example.net }", "xmpp.server"],
		[`xmpp: { ${XMPP}, domains: [capulet.example] }`, "passwordFile"],
		[
			`xmpp: { ${XMPP}, password: x, passwordFile: y, domains: [a.example] }`,
			"passwordFile",
		],
		[`xmpp: { ${XMPP}, password: x, domains: [] }`, "xmpp.domains"],
		[`xmpp: { ${XMPP}, password: x, domains: [EXAMPLE.com] }`, "xmpp.domains"],
		[`xmpp: { ${XMPP}, password: x, domains: [example.net] }`, "xmpp.domains"],
		["colour: blue", "colour"],
		["[]", "mapping"],
		["a: [", "apex.yaml"],
	])("%s is refused, and the message names the place", (text, place) => {
		const load = () => loadConfig({ file: file(text) });
		expect(load).toThrow(ConfigError);
		expect(load).toThrow(place);
	});

	test("a file that is not there is refused by name", () => {
		expect(() => loadConfig({ file: join(folder, "none.yaml") })).toThrow(
			/none\.yaml/,
		);
	});

	test("the sample of a mesh says where others are and what they may", () => {
		const { mesh, routes, peers, dns } = loadConfig({
			file: "samples/mesh.yaml",
		});
		expect(mesh).toEqual({ host: "127.0.0.1", port: 10912 });
		expect([...routes]).toEqual([
			["rubble.example", { host: "127.0.0.1", port: 10922 }],
		]);
		expect(peers.map(({ trusted }) => trusted)).toEqual([false, true]);
		expect(dns).toEqual(["127.0.0.1:5353"]);
	});

	test("XMPP: the secret is in the configuration, or in a file that it names", () => {
		const xmpp = (more: string) =>
			loadConfig({
				file: file(`xmpp: { ${XMPP}, domains: [a.example], ${more} }`),
			}).xmpp;
		expect(xmpp("password: swordfish")).toEqual({
			...{ component: "example.net", password: "swordfish" },
			...{ server: { host: "127.0.0.1", port: 5347 }, domains: ["a.example"] },
		});
		expect(xmpp("passwordFile: secret")?.passwordFile).toBe("secret");
	});

	test("--dev listens on loopback only", () => {
		for (const where of ["listen", "mesh"]) {
			expect(() =>
				loadConfig({ flags: { dev: true, [where]: "0.0.0.0:10913" } }),
			).toThrow(/loopback/);
		}
		for (const listen of ["127.0.0.2:1", "[::1]:1", "localhost:1"]) {
			expect(loadConfig({ flags: { dev: true, listen } }).dev).toBe(true);
		}
	});

	test("outside --dev it takes a certificate to listen off loopback", () => {
		const listen = "0.0.0.0:10913";
		const tls = { cert: "apex.crt", key: "apex.key" };
		expect(() => loadConfig({ flags: { listen } })).toThrow(/--tls-cert/);
		expect(loadConfig({ flags: { listen, tls } }).tls).toEqual(tls);
	});

	test("a login is as SCRAM and the like, and anonymous as certain endpoints", () => {
		const flags = { sasl: { anonymous: ["Guest@EXAMPLE.com"] } };
		expect(loadConfig({ flags }).sasl).toEqual({
			digest: false,
			anonymous: ["Guest@example.com"],
		});
		const of = (text: string) => () => loadConfig({ file: file(text) });
		expect(of("sasl: {mechanisms: [GSSAPI]}")).toThrow(/mechanisms/);
		expect(of("sasl: {anonymous: [guest]}")).toThrow(/"guest" is no endpoint/);
		expect(of("tls: {cert: a.crt}")).toThrow(/key/);
	});
});

describe("addresses", () => {
	test.each(["127.0.0.1:10913", "[::1]:0", "relay.example.com:912"])(
		"%s is read and written alike",
		(text) => {
			const address = parseAddress(text);
			expect(address && formatAddress(address)).toBe(text);
		},
	);

	test.each(["10913", "::1:10913", "host:", "host:x", "[::1]", "a b:1"])(
		"%j is none",
		(text) => expect(parseAddress(text)).toBeUndefined(),
	);
});
