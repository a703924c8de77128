import { expect, it } from "vitest";
import { openRaw, openWire, type WireArrival } from "../../src/client/index.js";
import { Mailbox } from "../../src/client/mailbox.js";
import { next, TestServer } from "./harness.js";

it("a wire sends and answers what it is told to, and tells what arrives in order", async () => {
	const server = await TestServer.start();
	const arrivals = new Mailbox<WireArrival>(100);
	const wire = await openWire(server.address, (arrival) =>
		arrivals.offer(arrival),
	);
	expect(wire.answer("RPY", "<ok/>")).toBe(false);
	wire.send("<attach endpoint='fred@example.com' transID='1'/>");
	expect(await next(arrivals)).toMatchObject({ kind: "RPY" });
	wire.send("<terminate transID='2'/>");
	expect(await next(arrivals)).toMatchObject({
		kind: "ERR",
		xml: expect.stringContaining("550"),
	});
	wire.send(
		"<data content='cid:1@example.com'><originator identity='fred@example.com'/>" +
			"<recipient identity='fred@example.com'/></data>",
	);
	expect(await next(arrivals)).toMatchObject({ kind: "RPY" });
	expect(await next(arrivals)).toMatchObject({
		kind: "MSG",
		xml: expect.stringContaining("cid:1@example.com"),
	});
	expect(wire.answer("RPY", "<ok/>")).toBe(true);
	await wire.close();
	expect(await next(arrivals)).toEqual({ kind: "closed", reason: "released" });
});

it("a raw wire carries octets, and tells the end", async () => {
	const server = await TestServer.start();
	const arrivals = new Mailbox<Buffer | string>(100);
	const wire = await openRaw(server.address, (octets) =>
		arrivals.offer(octets),
	);
	expect(String(await next(arrivals))).toMatch(/^RPY 0 0 \. 0 \d+\r\n/);
	wire.write(Buffer.from("no frame\r\n"));
	expect(await next(arrivals)).toBe("the peer closed the connection");
	await wire.close();
});

it("a wire that is dropped says so last", async () => {
	const server = await TestServer.start();
	const arrivals = new Mailbox<WireArrival>(100);
	const wire = await openWire(server.address, (arrival) =>
		arrivals.offer(arrival),
	);
	wire.drop();
	expect(await next(arrivals)).toEqual({ kind: "closed", reason: "dropped" });
});
