import { describe, expect, it } from "vitest";
import {
	ApexError,
	ConnectionError,
	connect,
	INBOX,
} from "../../src/client/index.js";
import { iterate, next, TestServer } from "./harness.js";

describe("connect", () => {
	it("keeps the code of the socket's error", async () => {
		const server = await TestServer.start();
		await server.close();
		await expect(connect(server.address)).rejects.toMatchObject({
			code: "ECONNREFUSED",
		});
	});

	it("ends with the reason of the signal", async () => {
		const server = await TestServer.start();
		const signal = AbortSignal.abort(new Error("changed my mind"));
		await expect(server.connect({ signal })).rejects.toThrow("changed my mind");
	});
});

describe("attach", () => {
	it("attaches as several endpoints, on one channel or more", async () => {
		const server = await TestServer.start();
		const client = await server.connect();
		const attachments = await Promise.all([
			client.attach("fred@example.com"),
			client.attach("wilma@example.com"),
			client.attach("barney@EXAMPLE.com", { channel: "new" }),
		]);
		expect(attachments.map(({ endpoint }) => endpoint)).toEqual([
			"fred@example.com",
			"wilma@example.com",
			"barney@example.com",
		]);
	});

	it("is an ApexError with the relay's code where the relay says no", async () => {
		const server = await TestServer.start();
		const client = await server.connect();
		const attaching = client.attach("fred@example.org");
		await expect(attaching).rejects.toThrow(ApexError);
		await expect(attaching).rejects.toMatchObject({ code: 553 });
		// the channel that was started is good for another try
		await client.attach("fred@example.com");
	});

	it("is a TypeError for what is no endpoint", async () => {
		const server = await TestServer.start();
		const client = await server.connect();
		await expect(client.attach("fred")).rejects.toThrow(TypeError);
	});

	it("is 554 for what another application is attached as, until that terminates", async () => {
		const server = await TestServer.start();
		const first = await server.attach("fred@example.com");
		const client = await server.connect();
		await expect(client.attach("fred@example.com")).rejects.toMatchObject({
			code: 554,
		});
		await first.terminate();
		await client.attach("fred@example.com");
	});

	it("is a ConnectionError after the client is closed", async () => {
		const server = await TestServer.start();
		const client = await server.connect();
		await client.close();
		expect(await client.closed).toBe("released");
		await expect(client.attach("fred@example.com")).rejects.toThrow(
			ConnectionError,
		);
	});

	it("closed tells that the server has gone", async () => {
		const server = await TestServer.start();
		const client = await server.connect();
		const fred = await client.attach("fred@example.com");
		await server.kill();
		expect(await client.closed).toMatch(/closed|reset|ECONNRESET/i);
		await expect(fred.data("wilma@example.com", "<hi/>")).rejects.toMatchObject(
			{
				code: "ECONNRESET",
			},
		);
	});
});

describe("data", () => {
	it("brings an element from one application to another, as it is", async () => {
		const server = await TestServer.start();
		const fred = await server.attach("fred@example.com");
		const wilma = await server.attach("wilma@example.com");
		const content = "<hi  to='wilma'>&amp;<b/> ü</hi>";
		await fred.data(["wilma@example.com"], content);
		expect(await next(iterate(wilma.incoming()))).toEqual({
			originator: "fred@example.com",
			recipients: ["wilma@example.com"],
			content,
		});
	});

	it("brings MIME content, octet for octet", async () => {
		const server = await TestServer.start();
		const fred = await server.attach("fred@example.com");
		const wilma = await server.attach("wilma@example.com");
		const body = Buffer.from([0, 13, 10, 255, 45, 45, 13, 10]);
		await fred.data("wilma@example.com", { body, contentType: "image/gif" });
		const { content } = await next(iterate(wilma.incoming()));
		expect(content).toEqual({ body, contentType: "image/gif" });
	});

	it.each([
		["two elements", "<a/><b/>"],
		["text", "hello"],
		["a declaration", "<?xml version='1.0'?><a/>"],
		["what closes the element around it", "<a/></data-content><x/>"],
		["what is not well-formed", "<a>"],
	])("does not send %s", async (_what, content) => {
		const server = await TestServer.start();
		const fred = await server.attach("fred@example.com");
		await expect(fred.data("wilma@example.com", content)).rejects.toMatchObject(
			{
				name: "XmlError",
			},
		);
	});

	it("is kept for a reader who comes late, up to a bound", async () => {
		const server = await TestServer.start();
		const fred = await server.attach("fred@example.com");
		const wilma = await server.attach("wilma@example.com");
		for (let i = 0; i <= INBOX; i++) {
			await fred.data("wilma@example.com", `<n>${i}</n>`);
		}
		// behind all data in the same order: when this is answered, the data has been delivered
		await wilma.poll("wilma@example.com");
		const read: unknown[] = [];
		const terminated = wilma.terminate();
		for await (const { content } of wilma.incoming()) read.push(content);
		await terminated;
		expect(read).toHaveLength(INBOX);
		expect(read.at(-1)).toBe(`<n>${INBOX - 1}</n>`);
	});

	it("leaving the loop over what comes in leaves the rest for the next loop", async () => {
		const server = await TestServer.start();
		const fred = await server.attach("fred@example.com");
		await fred.data("fred@example.com", "<one/>");
		await fred.data("fred@example.com", "<two/>");
		const read: unknown[] = [];
		for await (const { content } of fred.incoming()) {
			read.push(content);
			break;
		}
		for await (const { content } of fred.incoming()) {
			read.push(content);
			break;
		}
		expect(read).toEqual(["<one/>", "<two/>"]);
	});
});
