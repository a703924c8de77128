/** Content that is protected end to end stays protected: the gateway opens nothing. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { octetsOf, type Talk } from "../gateways/web/harness.js";
import type { Events } from "./events.js";
import { FRED, Site, subscribeTo } from "./site.js";

const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;
if (!hasOpenssl) {
	console.warn(
		"\n*** SKIPPED: signed and encrypted presence is made by openssl, and there is none. ***\n",
	);
}

const DOCUMENT = readFileSync(
	new URL("../cpp/corpus/utf8-crlf.xml", import.meta.url),
);

describe.skipIf(!hasOpenssl)("a body of S/MIME (RFC 8551)", () => {
	const folder = mkdtempSync(join(tmpdir(), "apex-cms-"));
	const file = (name: string) => join(folder, name);
	let site: Site;
	let talk: Talk;
	let events: Events;

	function openssl(...words: string[]): ReturnType<typeof spawnSync> {
		return spawnSync("openssl", words, { cwd: folder });
	}

	function made(...words: string[]): void {
		const { status, stderr } = openssl(...words);
		if (status !== 0) throw new Error(`openssl ${words[0]}: ${stderr}`);
	}

	beforeAll(async () => {
		writeFileSync(file("status.xml"), DOCUMENT);
		made(
			...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"],
			...["-subj", "/CN=fred", "-keyout", "key.pem", "-out", "cert.pem"],
			...["-addext", "subjectAltName=email:fred@example.com"],
			...["-addext", "keyUsage=digitalSignature,keyEncipherment"],
		);
		made(
			...["cms", "-sign", "-binary", "-in", "status.xml"],
			...["-signer", "cert.pem", "-inkey", "key.pem"],
			...["-outform", "SMIME", "-out", "signed.eml"],
		);
		made(
			...["cms", "-sign", "-binary", "-nodetach", "-in", "status.xml"],
			...["-signer", "cert.pem", "-inkey", "key.pem"],
			...["-outform", "DER", "-out", "signed.p7m"],
		);
		made(
			...["cms", "-encrypt", "-binary", "-aes-256-cbc", "-in", "status.xml"],
			...["-outform", "DER", "-out", "encrypted.p7m", "cert.pem"],
		);
		site = await Site.open();
		await site.attach(FRED);
		talk = await site.talk();
		talk.send(subscribeTo(FRED));
		expect((await talk.next()).code).toBe(250);
		await talk.next();
		events = await site.events(FRED);
		await events.next();
	});

	afterAll(async () => {
		await site?.close();
		rmSync(folder, { recursive: true, force: true });
	});

	/** Publishes, and puts what the WebSocket told into `came`; the event stream tells the same. */
	async function publish(body: Uint8Array<ArrayBuffer>, contentType: string) {
		const put = await site.put(FRED, body, { "Content-Type": contentType });
		expect(put.status).toBe(204);
		const told = await talk.next();
		expect(told.content).toMatchObject({ contentType });
		const event = await events.next();
		expect(event.contentType).toBe(contentType);
		expect(event.octets.equals(octetsOf(told))).toBe(true);
		return octetsOf(told);
	}

	const opaque = (type: string) =>
		`application/pkcs7-mime; smime-type=${type}; name=smime.p7m`;

	const verify = (form: string, name: string) =>
		openssl(
			...["cms", "-verify", "-binary", "-inform", form, "-in", name],
			...["-CAfile", "cert.pem", "-out", "verified.xml"],
		).status;

	it("signed, verifies at a WebSocket", async () => {
		const signed = new Uint8Array(readFileSync(file("signed.p7m")));
		const came = await publish(signed, opaque("signed-data"));
		writeFileSync(file("came.p7m"), came);
		expect(verify("DER", "came.p7m")).toBe(0);
		expect(readFileSync(file("verified.xml")).equals(DOCUMENT)).toBe(true);
	});

	it("whose signature is detached, verifies at a WebSocket", async () => {
		// the entity's own Content-Type goes into a field of HTTP, its parts into the body
		const signed = readFileSync(file("signed.eml"), "latin1");
		const end = /\r?\n\r?\n/.exec(signed);
		if (end === null) throw new Error("no MIME entity");
		const head = signed.slice(0, end.index);
		const contentType = /^Content-Type: (.*)$/im.exec(head)?.[1]?.trim() ?? "";
		expect(contentType).toMatch(/^multipart\/signed;.*boundary=/);
		const body = signed.slice(end.index + end[0].length);
		const octets = new Uint8Array(Buffer.from(body, "latin1"));
		const came = (await publish(octets, contentType)).toString("latin1");
		const entity = `MIME-Version: 1.0\r\nContent-Type: ${contentType}\r\n\r\n`;
		writeFileSync(file("came.eml"), entity + came, "latin1");
		expect(verify("SMIME", "came.eml")).toBe(0);
		expect(readFileSync(file("verified.xml"), "utf8")).toContain("<presence");
		writeFileSync(file("forged.eml"), entity + came.replace("open", "shut"));
		expect(verify("SMIME", "forged.eml")).not.toBe(0);
	});

	it("encrypted, decrypts at a WebSocket", async () => {
		const encrypted = new Uint8Array(readFileSync(file("encrypted.p7m")));
		const came = await publish(encrypted, opaque("enveloped-data"));
		writeFileSync(file("came.p7m"), came);
		made(
			...["cms", "-decrypt", "-binary", "-inform", "DER", "-in", "came.p7m"],
			...["-inkey", "key.pem", "-recip", "cert.pem", "-out", "clear.xml"],
		);
		expect(readFileSync(file("clear.xml")).equals(DOCUMENT)).toBe(true);
	});
});
