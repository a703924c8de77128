/** What is published over SIP comes out of a whole server as it went in. */
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import type { Server } from "../../../src/server.js";
import { FRED, subscribeTo } from "../../web/site.js";
import { basic, octetsOf, Talk } from "../web/harness.js";
import { Agent, started } from "./agent.js";
import { Client } from "./harness.js";

const CORPUS = new URL("../../cpp/corpus/", import.meta.url);
const PIDF = "application/pidf+xml";
const DOCUMENT = readFileSync(new URL("utf8-crlf.xml", CORPUS));

/** RFC 1847 §2.1, with every octet that there is in place of a signature. */
const SIGNED = Buffer.concat([
	Buffer.from(
		`This is a preamble.\r\n--=_b\r\nContent-Type: ${PIDF}\r\n` +
			"Content-Transfer-Encoding: binary\r\n\r\n",
	),
	DOCUMENT,
	Buffer.from(
		"\r\n--=_b\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\n" +
			"Content-Transfer-Encoding: binary\r\n\r\n",
	),
	Buffer.from(Array.from({ length: 256 }, (_, octet) => octet)),
	Buffer.from("\r\n--=_b--\r\n"),
]);
const SIGNED_TYPE =
	'multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256; boundary="=_b"';

type Published = [name: string, contentType: string, octets: Buffer];

const PUBLISHED: Published[] = [
	...readdirSync(CORPUS).map(
		(name): Published => [name, PIDF, readFileSync(new URL(name, CORPUS))],
	),
	["multipart/signed", SIGNED_TYPE, SIGNED],
	[
		"application/pkcs7-mime",
		"application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m",
		Buffer.from(Array.from({ length: 1024 }, (_, at) => (at * 7) % 256)),
	],
];

function bodyOf(message: Buffer): Buffer {
	return message.subarray(message.indexOf("\r\n\r\n") + 4);
}

function fieldOf(message: Buffer, name: string): string | undefined {
	const [head = ""] = message.toString("latin1").split("\r\n\r\n");
	return new RegExp(`^${name}: (.*)$`, "im").exec(head)?.[1]?.trim();
}

let data = "";
let server: Server;
let phone: Agent;
let watcher: Agent;
let talk: Talk;
let web = "";
/** The entity-tag of what fred has published last. */
let tag: string | undefined;

beforeAll(async () => {
	data = mkdtempSync(join(tmpdir(), "apex-octets-"));
	const limits = { sipNotifySeconds: 0.001 };
	server = await started({ data, limits });
	phone = await Agent.open();
	watcher = await Agent.open();
	web = `127.0.0.1:${server.addresses.get("web")?.port}`;

	// fred becomes an endpoint
	phone.say(server, new Client("fred", "fred").request("REGISTER"));
	expect(await phone.next()).toBe("SIP/2.0 200 OK");
	const Accept = `${PIDF}, multipart/signed, application/pkcs7-mime`;
	watcher.say(server, new Client("wilma", "fred").subscribe(3600, { Accept }));
	expect(await watcher.next()).toBe("SIP/2.0 200 OK");
	expect(await watcher.next()).toBe("NOTIFY closed");
	const headers = basic("wilma@example.com", "any");
	const socket = new WebSocket(`ws://${web}`, "cpp.v1", { headers });
	talk = new Talk(socket);
	await once(socket, "open");
	expect((await talk.next()).op).toBe("welcome");
	talk.send(subscribeTo(FRED));
	expect((await talk.next()).code).toBe(250);
	expect((await talk.next()).op).toBe("notify");
});

afterAll(async () => {
	talk.socket.terminate();
	phone.close();
	watcher.close();
	await server.kill();
	rmSync(data, { recursive: true, force: true });
});

test.each(PUBLISHED)(
	"%s reaches a SIP watcher, a WebSocket and a GET with the same octets",
	async (_, contentType, octets) => {
		const fields = {
			...{ Event: "presence", Expires: 3600, "SIP-If-Match": tag },
			...{ "Content-Type": contentType, "Content-Length": octets.length },
		};
		const fred = new Client("fred", "fred");
		phone.say(
			server,
			fred.request("PUBLISH", fields, octets.toString("latin1")),
		);
		const answer = await phone.message();
		expect(answer.toString()).toMatch(/^SIP\/2.0 200 /);
		tag = fieldOf(answer, "SIP-ETag");

		const notify = await watcher.message();
		expect(fieldOf(notify, "Content-Type")).toBe(contentType);
		expect(bodyOf(notify).equals(octets)).toBe(true);
		const told = await talk.next();
		expect(told.content).toMatchObject({ contentType });
		expect(octetsOf(told).equals(octets)).toBe(true);
		const had = await fetch(`http://${web}/presence/${FRED}`);
		expect(had.headers.get("content-type")).toBe(contentType);
		expect(Buffer.from(await had.arrayBuffer()).equals(octets)).toBe(true);
	},
);
