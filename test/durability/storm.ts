/**
 * A crash storm. Publishers publish and subscribers subscribe as fast as they can, the server
 * is killed (`kill -9`) in the middle of it, comes back on the same data folder, and everything
 * that it ever acknowledged or told anybody must still be true:
 *
 * - an acknowledged publish is the stored entry, or an earlier one than it; entries are
 *   numbered, so one that was lost, or came twice, or was told and then rewritten, shows;
 * - an acknowledged subscription is there: its subscriber hears of it when it attaches, it is
 *   listed by a `watch`, and hears the next publish;
 * - a subscription that expired meanwhile is gone, and its subscriber is told with a `terminate`;
 * - no endpoint sees `lastUpdate` of a subject go back, within one life of the server or across.
 *
 * What a crash cut off, without an answer, may have happened or not.
 *
 * A killed process loses what it had not handed to the kernel. What the kernel had not yet
 * written, which only a power failure takes, is not tested here.
 *
 * The storm of `npm test` has 5 rounds. For a long one:
 *
 *     STORM_ROUNDS=100 npx vitest run test/durability
 *
 * It prints its seed. STORM_SEED repeats the plan of a storm (who does what, when the server is
 * killed), as far as the timing of two processes can be repeated.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { WireAddress } from "../../src/client/index.js";
import { type Endpoint, parseEndpoint } from "../../src/names/index.js";
import { build, type Running, serve } from "../process.js";
import { Bell } from "./bell.js";
import { type Figures, Ledger } from "./ledger.js";
import { LONG } from "./pair.js";
import { Publisher } from "./publisher.js";
import { seeded, whole } from "./seeded.js";
import { Subscriber, type Surroundings } from "./subscriber.js";
import { type Cast, verify } from "./verify.js";

const DOMAIN = "example.com";
const SUBJECTS = 4;
const SUBSCRIBERS = 8;

export interface StormOptions {
	readonly rounds: number;
	readonly seed: number;
	/** Is told of each round. */
	readonly report: (line: string) => void;
}

/** What became of a storm. */
export interface Aftermath {
	readonly figures: Figures;
	/** What should not have happened; the storm ends with the round that has any. */
	readonly violations: readonly string[];
}

/** Runs a storm. */
export async function storm({
	rounds,
	seed,
	report,
}: StormOptions): Promise<Aftermath> {
	const random = seeded(seed);
	const surroundings = { ledger: new Ledger(), random, bell: new Bell() };
	const { ledger } = surroundings;
	const cast = assemble(surroundings);
	const folder = await mkdtemp(join(tmpdir(), "apex-storm-"));
	build();
	let server = await start(folder);
	try {
		await enter(cast, server);
		for (let round = 1; round <= rounds; round++) {
			const plan = planOf(round, random);
			await rage(cast, server, surroundings, plan);
			if (plan.down) await expiryOfShort(cast);
			if (plan.relapse) await relapse(cast, folder);
			server = await start(folder);
			await enter(cast, server);
			await verify(cast, surroundings);
			ledger.figures.rounds = round;
			report(
				`round ${round}: killed after ${plan.heard} messages and ${plan.pause} ms` +
					`${plan.down ? ", down until the short subscriptions had expired" : ""}` +
					`${plan.relapse ? ", and killed again before they could be told" : ""}`,
			);
			if (ledger.violations.length > 0) break;
		}
		const { how } = await server.process.stop("SIGTERM");
		if (how !== 0) ledger.violated(`the server stopped with ${how}`);
	} finally {
		await server.process.stop("SIGKILL");
		for (const party of everybody(cast)) party.drop();
		await rm(folder, { recursive: true, force: true });
	}
	return { figures: ledger.figures, violations: ledger.violations };
}

/** `apex serve`, in a process of its own. */
interface Server {
	readonly process: Running;
	readonly address: WireAddress;
}

async function start(folder: string): Promise<Server> {
	const options = ["--domain", DOMAIN, "--data", folder, "--log", "info"];
	const { process, address } = await serve(...options);
	const { hostname, port } = new URL(`tcp://${address}`);
	return { process, address: { host: hostname, port: Number(port) } };
}

/** How a round goes. */
interface Plan {
	/** The server is killed when so many messages have come, ... */
	readonly heard: number;
	/** ... at once, or after so many milliseconds: that need not be the moment of a message. */
	readonly pause: number;
	/** Whether it stays down until the short subscriptions have expired. */
	readonly down: boolean;
	/** Whether it comes back for a moment in which nobody can be told, and is killed again. */
	readonly relapse: boolean;
}

function planOf(round: number, random: () => number): Plan {
	return {
		heard: 100 + whole(random, 3000),
		pause: Math.max(0, whole(random, 16) - 8),
		down: round % 2 === 0,
		relapse: round % 4 === 0,
	};
}

function assemble(surroundings: Surroundings): Cast {
	const named = (count: number, name: (index: number) => string): Endpoint[] =>
		Array.from({ length: count }, (_, index) => endpoint(name(index)));
	const subjects = named(SUBJECTS, (index) => `subject${index}@${DOMAIN}`);
	return {
		owners: subjects.map(
			(subject) => new Publisher(subject, subject, surroundings),
		),
		// a subaddress may do all that its owner may
		clerks: subjects.map(
			(subject) =>
				new Publisher(
					endpoint(subject.replace("@", "/clerk@")),
					subject,
					surroundings,
				),
		),
		subscribers: named(SUBSCRIBERS, (index) => `reader${index}@${DOMAIN}`).map(
			(reader) => new Subscriber(reader, subjects, surroundings),
		),
	};
}

function everybody({ owners, clerks, subscribers }: Cast) {
	return [...owners, ...clerks, ...subscribers];
}

/** Everybody attaches; subjects first, since attaching is what makes them known. */
async function enter(cast: Cast, { address }: Server): Promise<void> {
	const now = Date.now();
	for (const party of everybody(cast)) await party.attach(address, now);
	for (const owner of cast.owners) await owner.watch(LONG);
}

/** The storm itself, from the first operation to the kill. */
async function rage(
	cast: Cast,
	server: Server,
	{ bell }: Surroundings,
	{ heard, pause }: Plan,
): Promise<void> {
	const over = Promise.all(everybody(cast).map((party) => party.storm()));
	let left = heard + 1;
	const enough = bell.until(() => (--left > 0 ? ["messages"] : []));
	const missing = await Promise.race([enough, over]);
	if (missing.length > 0) throw new Error("the storm ended before its time");
	if (pause > 0) await setTimeout(pause);
	await server.process.stop("SIGKILL");
	await over;
}

/** What waits for an instant waits for the clock of the machine, which is the server's too. */
async function expiryOfShort({ subscribers }: Cast): Promise<void> {
	const ends = subscribers
		.flatMap(({ pairs }) => [...pairs.values()])
		.flatMap(({ expiring: held }) =>
			held?.begun === undefined ? [] : held.begun + held.duration * 1000,
		);
	await setTimeout(Math.max(0, ...ends.map((end) => end - Date.now())));
}

/** The ends of what expired are stored now, and their subscribers will hear of them all the same. */
async function relapse({ clerks }: Cast, folder: string): Promise<void> {
	const server = await start(folder);
	try {
		for (const clerk of clerks) {
			await clerk.attach(server.address);
			// what was decided earlier is durable when this is answered
			await clerk.publish(await clerk.poll());
		}
	} finally {
		await server.process.stop("SIGKILL");
	}
}

function endpoint(text: string): Endpoint {
	const parsed = parseEndpoint(text);
	if (parsed === undefined) throw new Error(`"${text}" is no endpoint`);
	return parsed;
}
