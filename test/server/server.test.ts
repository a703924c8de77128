import { createServer } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { connect, openRaw } from "../../src/client/index.js";
import { ManualClock } from "../../src/names/index.js";
import { LevelStore } from "../../src/store/index.js";
import { Lines } from "../apex/harness.js";
import { attachXml, Line, session, start, temporary } from "./harness.js";

const APEX = "http://iana.org/beep/APEX";
const TUPLES = [
	{
		destination: "apex:fred@example.com",
		availableUntil: "2525-12-31T23:59:59Z",
	},
];

async function client(server: { address: { host: string; port: number } }) {
	const client = await connect(server.address);
	onTestFinished(() => client.close());
	return client;
}

describe("a server that has started", () => {
	it("offers the APEX profile in its greeting, and no other", async () => {
		const server = await start();
		const { profiles } = await (await session(server)).greeting;
		expect(profiles).toEqual([APEX]);
	});

	it("has a real port where port 0 was asked for", async () => {
		const server = await start();
		expect(server.address.host).toBe("127.0.0.1");
		expect(server.address.port).toBeGreaterThan(0);
	});

	it("serves presence from attach to update", async () => {
		const server = await start();
		const wilma = await (await client(server)).attach("wilma@example.com");
		const fred = await (await client(server)).attach("fred@example.com");
		const entries = wilma
			.subscribe("fred@example.com", { duration: 60 })
			[Symbol.asyncIterator]();
		const first = await entries.next();
		expect(first.value?.tuples[0]?.destination).toBe("apex:fred@example.com");
		await fred.publish({
			publisher: fred.endpoint,
			publisherInfo: "http://fred.example/",
			tuples: TUPLES,
		});
		const second = await entries.next();
		expect(second.value?.publisherInfo).toBe("http://fred.example/");
	});

	it("serves every domain of its configuration, and no other", async () => {
		const server = await start({ domains: ["example.com", "bedrock.org"] });
		const line = await Line.open(server.address);
		expect(await line.ask(attachXml("fred@example.com", 1))).toBe("RPY <ok />");
		expect(await line.ask(attachXml("slate@bedrock.org", 2))).toBe(
			"RPY <ok />",
		);
		expect(await line.ask(attachXml("dino@example.org", 3))).toMatch(
			/^ERR .*code="553"/,
		);
	});

	it("of two domains, each service looks after its own", async () => {
		const server = await start({ domains: ["example.com", "bedrock.org"] });
		const slate = await (await client(server)).attach("slate@bedrock.org");
		await expect(slate.poll("slate@bedrock.org")).resolves.toMatchObject({
			publisher: "slate@bedrock.org",
		});
		const line = await Line.open(server.address);
		await line.ask(attachXml("fred@example.com"));
		const request =
			"<data content='#C'><originator identity='fred@example.com' />" +
			"<recipient identity='apex=presence@example.com' /><data-content Name='C'>" +
			"<subscribe publisher='slate@bedrock.org' transID='7' duration='0' /></data-content></data>";
		expect(await line.ask(request)).toBe("RPY <ok />");
		expect(await line.next()).toMatch(/<reply code="553" transID="7">/);
	});

	it("uses the clock that it was handed", async () => {
		const clock = new ManualClock(Date.UTC(2000, 4, 14, 21, 2));
		const server = await start({}, { clock });
		const fred = await (await client(server)).attach("fred@example.com");
		expect((await fred.poll("fred@example.com")).lastUpdate).toBe(
			"2000-05-14T21:02:00.000Z",
		);
	});

	it("shows timestamps with the offset of its configuration", async () => {
		const server = await start({ timestampOffset: "-00:00" });
		const fred = await (await client(server)).attach("fred@example.com");
		expect((await fred.poll("fred@example.com")).lastUpdate).toMatch(/-00:00$/);
	});
});

describe("two servers in one process", () => {
	it("know nothing of each other", async () => {
		const one = await start();
		const other = await start();
		const fred = await (await client(one)).attach("fred@example.com");
		const wilma = await (await client(other)).attach("wilma@example.com");
		await fred.publish({ publisher: fred.endpoint, tuples: TUPLES });
		// fred has attached at the one only
		await expect(wilma.poll("fred@example.com")).rejects.toMatchObject({
			code: 550,
		});
		await one.close();
		await expect(wilma.poll("wilma@example.com")).resolves.toBeDefined();
	});
});

describe("a server that cannot start", () => {
	it("because the port is in use says which, and leaves the folder free", async () => {
		const holder = createServer().listen(0, "127.0.0.1");
		onTestFinished(() => void holder.close());
		await new Promise((resolve) => holder.once("listening", resolve));
		const address = holder.address();
		if (address === null || typeof address === "string") throw new Error();
		const data = temporary();
		const listen = `127.0.0.1:${address.port}`;
		await expect(start({ data, listen })).rejects.toMatchObject({
			code: "EADDRINUSE",
			message: expect.stringContaining(listen),
		});
		await start({ data });
	});

	it("because another has the folder open says so", async () => {
		const data = temporary();
		const first = await start({ data });
		await expect(start({ data })).rejects.toMatchObject({
			name: "StoreError",
			code: "LOCKED",
			message: `another process has ${data} open`,
		});
		// the first does not mind
		const fred = await (await client(first)).attach("fred@example.com");
		await expect(fred.poll("fred@example.com")).resolves.toBeDefined();
	});
});

describe("what comes over a connection", () => {
	it.each([
		[
			"the request of a web browser",
			"GET / HTTP/1.1\r\nHost: example.com\r\n\r\n",
		],
		["octets that are no frame", "\0\x01\x02\xff".repeat(1000)],
		["a frame for a channel that is not open", "MSG 7 0 . 0 0\r\nEND\r\n"],
		["a frame that goes on for ever", "MSG 0 0 * 0 2147483647\r\n"],
		["a greeting that is no XML", "RPY 0 0 . 0 5\r\nhelloEND\r\n"],
	])("%s ends that connection and hurts nobody else", async (_what, octets) => {
		const log = new Lines();
		const server = await start({}, { log });
		const wilma = await (await client(server)).attach("wilma@example.com");
		const closed = new Promise<string>((resolve) => {
			void openRaw(server.address, (arrived) => {
				if (typeof arrived === "string") resolve(arrived);
			}).then((raw) => raw.write(Buffer.from(octets, "latin1")));
		});
		await closed;
		expect(log.at("error")).toEqual([]);
		expect([...log.at("warn"), ...log.at("info")]).toHaveLength(1);
		await expect(wilma.poll("wilma@example.com")).resolves.toBeDefined();
		const fred = await (await client(server)).attach("fred@example.com");
		await expect(fred.poll("fred@example.com")).resolves.toBeDefined();
	});

	it("nothing at all, and then its end, hurts nobody", async () => {
		const log = new Lines();
		const server = await start({}, { log });
		const raw = await openRaw(server.address, () => {});
		await raw.close();
		const fred = await (await client(server)).attach("fred@example.com");
		await expect(fred.poll("fred@example.com")).resolves.toBeDefined();
		expect(log.at("error")).toEqual([]);
	});
});

describe("outside --dev", () => {
	it("APEX is refused to whoever has not logged in: 530", async () => {
		const server = await start({ dev: false });
		await expect(Line.open(server.address)).rejects.toMatchObject({
			code: 530,
		});
	});

	it("whoever is refused is provisioned with nothing", async () => {
		const data = temporary();
		const server = await start({ dev: false, data });
		await expect(Line.open(server.address)).rejects.toThrow();
		await server.close();
		expect(await sections(data)).not.toContain("entries");
	});
});

describe("within --dev", () => {
	it("a peer may not bind for a domain that is served here: 537", async () => {
		const server = await start();
		const line = await Line.open(server.address);
		expect(await line.ask("<bind relay='example.com' transID='1' />")).toMatch(
			/^ERR <error code="537"/,
		);
		expect(await line.ask("<bind relay='bedrock.org' transID='1' />")).toBe(
			"RPY <ok />",
		);
	});

	it("nobody attaches as a service: 537", async () => {
		const server = await start();
		const line = await Line.open(server.address);
		expect(await line.ask(attachXml("apex=presence@example.com"))).toMatch(
			/^ERR <error code="537"/,
		);
	});

	it("who attaches as a subaddress has the entry of its address, and none of its own", async () => {
		const server = await start();
		const board = await (await client(server)).attach(
			"fred/appl=wb@example.com",
		);
		await expect(board.poll("fred@example.com")).resolves.toBeDefined();
		await expect(board.poll("fred/appl=wb@example.com")).rejects.toMatchObject({
			code: 550,
		});
	});

	it("anybody may subscribe to anybody, and publish and watch only for themselves", async () => {
		const server = await start();
		const fred = await (await client(server)).attach("fred@example.com");
		const wilma = await (await client(server)).attach("wilma@example.com");
		await expect(wilma.poll("fred@example.com")).resolves.toBeDefined();
		await expect(
			wilma.publish({ publisher: fred.endpoint, tuples: TUPLES }),
		).rejects.toMatchObject({ code: 537 });
		const watching = wilma.watch("fred@example.com")[Symbol.asyncIterator]();
		await expect(watching.next()).rejects.toMatchObject({ code: 537 });
	});

	it("the access entries of the configuration are everybody's defaults", async () => {
		const server = await start({
			access: [{ actor: "wilma@example.com", actions: ["presence:watch"] }],
		});
		await (await client(server)).attach("fred@example.com");
		const wilma = await (await client(server)).attach("wilma@example.com");
		const watching = wilma.watch("fred@example.com", { duration: 0 });
		await expect(watching[Symbol.asyncIterator]().next()).resolves.toEqual({
			done: true,
			value: undefined,
		});
	});
});

describe("close", () => {
	it("terminates every attachment with 421, and releases the session when it is acknowledged", async () => {
		const server = await start();
		const line = await Line.open(server.address);
		await line.ask(attachXml("fred@example.com", 41));
		await line.ask(attachXml("wilma@example.com", 42));
		const closing = server.close();
		const told = [await line.next(), await line.next()];
		expect(told.toSorted()).toEqual([
			'MSG <terminate transID="41" code="421">the relay stops</terminate>',
			'MSG <terminate transID="42" code="421">the relay stops</terminate>',
		]);
		line.acknowledge();
		line.acknowledge();
		expect(await line.next()).toBe("closed");
		await closing;
	});

	it("does not wait for ever for who does not answer", async () => {
		const clock = new ManualClock(0);
		const server = await start({}, { clock });
		const line = await Line.open(server.address);
		await line.ask(attachXml("fred@example.com"));
		const closing = server.close();
		expect(await line.next()).toMatch(/^MSG <terminate /);
		clock.advance(60_000);
		await closing;
		expect(await line.next()).toBe("closed");
	});

	it("ends connections that never became sessions", async () => {
		const server = await start();
		const closed = new Promise<string>((resolve) => {
			void openRaw(server.address, (arrived) => {
				if (typeof arrived === "string") resolve(arrived);
				// its greeting has come: the server knows of the connection
				else void server.close();
			});
		});
		expect(await closed).toBe("the peer closed the connection");
	});

	it("lets nobody connect any more", async () => {
		const server = await start();
		await server.close();
		await expect(connect(server.address)).rejects.toMatchObject({
			code: "ECONNREFUSED",
		});
	});

	it("leaves a store that the next server takes over, with all that was told", async () => {
		const data = temporary();
		const first = await start({ data });
		const fred = await (await client(first)).attach("fred@example.com");
		await fred.publish({
			publisher: fred.endpoint,
			publisherInfo: "http://fred.example/",
			tuples: TUPLES,
		});
		await first.close();
		const second = await start({ data });
		const again = await (await client(second)).attach("fred@example.com");
		expect((await again.poll("fred@example.com")).publisherInfo).toBe(
			"http://fred.example/",
		);
	});
});

describe("kill", () => {
	it("cuts every connection and tells nobody", async () => {
		const server = await start();
		const line = await Line.open(server.address);
		await line.ask(attachXml("fred@example.com"));
		await server.kill();
		expect(await line.next()).toBe("closed");
	});

	it("loses nothing that was told: subscriptions and entries are there after it", async () => {
		const data = temporary();
		const first = await start({ data });
		const line = await Line.open(first.address);
		await line.ask(attachXml("fred@example.com"));
		await line.ask(
			"<data content='#C'><originator identity='fred@example.com' />" +
				"<recipient identity='apex=presence@example.com' /><data-content Name='C'>" +
				"<subscribe publisher='fred@example.com' transID='7' duration='3600' /></data-content></data>",
		);
		expect(await line.next()).toMatch(/<publish .*transID="7"/);
		await first.kill();
		const second = await start({ data });
		const again = await Line.open(second.address);
		expect(await again.ask(attachXml("fred@example.com"))).toBe("RPY <ok />");
		// an absent subscriber that is back gets the newest entry
		expect(await again.next()).toMatch(/<publish .*transID="7"/);
	});

	it("leaves a folder that can be opened", async () => {
		const data = temporary();
		const server = await start({ data });
		await (await client(server)).attach("fred@example.com");
		await server.kill();
		expect(await sections(data)).toContain("entries");
	});
});

/** The sections of a store that hold anything. */
async function sections(data: string): Promise<string[]> {
	const store = await LevelStore.open(data, {
		log: new Lines(),
		failed: () => {},
	});
	const found = new Set<string>();
	for await (const { section } of store.inspect()) found.add(section);
	await store.close();
	return [...found];
}
