import { afterEach, expect, it } from "vitest";
import { connect, Session } from "../../src/beep/index.js";
import {
	listenForWires,
	openWire,
	type Wire,
	type WireArrival,
} from "../../src/client/index.js";
import { Mailbox } from "../../src/client/mailbox.js";
import { APEX_PROFILE } from "../../src/client/messages.js";
import { next } from "./harness.js";

const HERE = { host: "127.0.0.1", port: 0 };
const BIND = "<bind relay='example.com' transID='1'/>";

/** A listener, and what comes of the first session that is opened to it. */
async function listening() {
	const arrivals = new Mailbox<WireArrival>(100);
	const wires = new Mailbox<Wire>(1);
	const listener = await listenForWires(HERE, (wire) => {
		wires.offer(wire);
		return (arrival) => arrivals.offer(arrival);
	});
	cleanUp.push(() => listener.close());
	return { ...listener, arrivals, wires };
}

const cleanUp: (() => void)[] = [];
afterEach(() => {
	for (const clean of cleanUp.splice(0)) clean();
});

it("takes a session, and sends and answers on it what it is told to", async () => {
	const { address, arrivals, wires } = await listening();
	const heard = new Mailbox<WireArrival>(100);
	const far = await openWire(address, (arrival) => heard.offer(arrival));
	const wire = await next(wires);
	far.send(BIND);
	expect(await next(arrivals)).toEqual({ kind: "MSG", xml: BIND });
	wire.send("<terminate transID='1'/>");
	expect(await next(heard)).toMatchObject({ kind: "MSG" });
	far.answer("ERR", "<error code='550'/>");
	expect(await next(arrivals)).toMatchObject({ kind: "ERR" });
	expect(wire.answer("RPY", "<ok/>")).toBe(true);
	expect(wire.answer("RPY", "<ok/>")).toBe(false);
	expect(await next(heard)).toEqual({ kind: "RPY", xml: "<ok/>" });
	await wire.close();
	expect(await next(arrivals)).toEqual({ kind: "closed", reason: "released" });
	expect(await next(heard)).toMatchObject({ kind: "closed" });
});

it("gives what comes with the start of the channel as a MSG, and answers the start with it", async () => {
	const { address, arrivals, wires } = await listening();
	const session = new Session(await connect(address), { role: "initiator" });
	cleanUp.push(() => session.abort("done"));
	await session.greeting;
	const got = new Mailbox<string>(10);
	const starting = session.start([{ uri: APEX_PROFILE, content: BIND }], {
		handler: {
			message: ({ payload }) => void got.offer(payload.toString()),
		},
	});
	const wire = await next(wires);
	expect(await next(arrivals)).toEqual({ kind: "MSG", xml: BIND });
	// before there is a channel: it waits for that
	wire.send("<bind relay='rubble.com' transID='1'/>");
	expect(wire.answer("RPY", "<ok/>")).toBe(true);
	expect((await starting).content).toBe("<ok/>");
	expect(await next(got)).toContain("rubble.com");
});

it("takes nobody after it was closed", async () => {
	const listener = await listenForWires(HERE, () => () => {});
	listener.close();
	await expect(openWire(listener.address, () => {})).rejects.toMatchObject({
		code: "ECONNREFUSED",
	});
});
