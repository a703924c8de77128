// RFC 3342 §4: a misconfiguration in the mesh, over real connections; a → b → c → a for a domain of nobody's.
import { describe, expect, it, onTestFinished } from "vitest";
import { next } from "../client/harness.js";
import { Application } from "../durability/process.js";
import { MeshServer } from "./server.js";
import { Tapped } from "./tapped.js";

const SENDER = "barney@near.example";
const LOST = "fred@nobody.example";
const RING = ["a.example", "b.example", "c.example"] as const;
/** Relays that may pass on what does not count its hops. */
const HOPS = 16;

interface Ring {
	/** Where the sender attaches, outside the loop: a relay of the loop would know its own originator. */
	readonly near: MeshServer;
	/** a, b and c. */
	readonly relays: readonly MeshServer[];
	/** How often the lost data went from one relay to the next, by the relay that it went to. */
	counts(): number[];
}

/** The ring a → b → c → a, which the relay near.example enters at a. Everybody trusts everybody. */
async function ring(): Promise<Ring> {
	const names = ["near.example", ...RING];
	const entrances = new Map<string, Tapped>();
	for (const name of names) entrances.set(name, await Tapped.open());
	const into = (name: string) => entrances.get(name)?.address ?? "";
	const direct = Object.fromEntries(names.map((name) => [name, into(name)]));
	const loop: Record<string, string> = {
		"near.example": "a.example",
		"a.example": "b.example",
		"b.example": "c.example",
		"c.example": "a.example",
	};
	const servers: MeshServer[] = [];
	for (const name of names) {
		const { [name]: _own, ...routes } = direct;
		const server = await MeshServer.start(name, {
			routes: { ...routes, "nobody.example": into(loop[name] ?? "") },
			peers: [{ address: "127.0.0.0/8", trusted: true }],
			limits: { hops: HOPS },
		});
		servers.push(server);
		const entrance = entrances.get(name);
		if (entrance !== undefined) entrance.to = server.mesh;
	}
	const [near, ...relays] = servers;
	if (near === undefined) throw new Error("no server");
	return {
		...{ near, relays },
		counts: () => RING.map((name) => entrances.get(name)?.count(LOST) ?? 0),
	};
}

const dataXml = (options: string) =>
	`<data content='#Content'><originator identity='${SENDER}' /><recipient identity='${LOST}' />${options}` +
	"<data-content Name='Content'><note>round</note></data-content></data>";

const hopping = (noMoreThan: number) =>
	"<option internal='dataHopping' targetHop='all' mustUnderstand='true' transID='86'>" +
	`<dataHopping noMoreThan='${noMoreThan}' reportErrors='true' /></option>`;

const STATUS_REQUEST =
	"<option internal='statusRequest' targetHop='final' mustUnderstand='true' transID='87' />";

async function sender({ near }: Ring): Promise<Application> {
	const application = await Application.attach(near.address.port, SENDER);
	onTestFinished(() => application.drop());
	return application;
}

/** The relay of the ring that drops the data. */
function dropped(relays: readonly MeshServer[]): Promise<unknown> {
	return Promise.race(relays.map(({ log }) => log.said("data was dropped")));
}

/** Data from each relay of the ring reaches each of them. */
async function stillServe({ relays }: Ring): Promise<void> {
	const attachments = relays.map((relay, index) =>
		relay.attach(`wilma@${RING[index]}`),
	);
	const everybody = await Promise.all(attachments);
	const inboxes = everybody.map((attachment) => attachment.incoming());
	for (const from of everybody) {
		await from.data(
			everybody.map(({ endpoint }) => endpoint),
			"<note>still here</note>",
		);
		for (const inbox of inboxes) {
			expect(await next(inbox)).toMatchObject({ originator: from.endpoint });
		}
	}
}

describe("three relays whose routes for one domain go round", () => {
	it("dataHopping ends the loop with a report", async () => {
		const world = await ring();
		const barney = await sender(world);
		await barney.ask([dataXml(hopping(9))]);
		const [report] = await barney.take(1, true);
		expect(report).toMatch(/<originator identity=.apex=report@/);
		expect(report).toMatch(/<statusResponse transID=.86.>/);
		expect(report).toMatch(/<destination identity=.fred@nobody.example.>/);
		expect(report).toMatch(/<reply code=.550. /);
		// near makes it 8, and whoever would make it 0 sends no more: it is sent 8 times
		expect(world.counts()).toEqual([3, 3, 2]);
		await stillServe(world);
		expect(world.counts()).toEqual([3, 3, 2]);
		expect(barney.rest()).toEqual([]);
	});

	it("without the option the first relay adds one of its own, and the loop ends", async () => {
		const world = await ring();
		const barney = await sender(world);
		const end = dropped(world.relays);
		await barney.ask([dataXml("")]);
		await end;
		expect(world.counts()).toEqual([6, 5, 5]);
		await stillServe(world);
		expect(world.counts()).toEqual([6, 5, 5]);
		// nobody asked for a report
		expect(barney.rest()).toEqual([]);
	});

	it("whoever asked for its status hears that the loop ended it", async () => {
		const world = await ring();
		const barney = await sender(world);
		await barney.ask([dataXml(STATUS_REQUEST)]);
		const [report] = await barney.take(1, true);
		expect(report).toMatch(/<statusResponse transID=.87.>/);
		expect(report).toMatch(/<reply code=.550. /);
		expect(world.counts()).toEqual([6, 5, 5]);
	});

	it("many such at once end each after as many hops", async () => {
		const world = await ring();
		const barney = await sender(world);
		const many = 100;
		await barney.ask(Array(many).fill(dataXml(STATUS_REQUEST)));
		await barney.take(many, true);
		expect(world.counts()).toEqual([6 * many, 5 * many, 5 * many]);
		await stillServe(world);
		expect(world.counts()).toEqual([6 * many, 5 * many, 5 * many]);
	});

	it("what comes round to the relay where its originator is attached goes no further: 537", async () => {
		const world = await ring();
		const [a] = world.relays;
		if (a === undefined) throw new Error("no relay");
		const pebbles = await Application.attach(
			a.address.port,
			"pebbles@a.example",
		);
		onTestFinished(() => pebbles.drop());
		const xml = dataXml(STATUS_REQUEST).replace(SENDER, "pebbles@a.example");
		await pebbles.ask([xml]);
		const [report] = await pebbles.take(1, true);
		expect(report).toMatch(/<originator identity=.apex=report@c.example/);
		expect(report).toMatch(/<reply code=.537. /);
		expect(world.counts()).toEqual([1, 1, 1]);
		await stillServe(world);
	});
});
