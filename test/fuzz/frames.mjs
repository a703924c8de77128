// Mutated frames for sessions with a whole relay behind them, inside this process.
import { setImmediate as turn } from "node:timers/promises";
import { makeCertificate } from "./certificate.mjs";
import { Dice } from "./dice.mjs";
import { Leftovers } from "./leftovers.mjs";
import { growth, heapInUse, megabytes } from "./memory.mjs";
import { Peer } from "./peer.mjs";
import { Progress } from "./progress.mjs";
import { Tally } from "./tally.mjs";
import { World } from "./world.mjs";

/** Sessions at a time. */
const SESSIONS = 16;
/** Once in so many times several frames come in one turn, and at most so many. */
const [BURSTS, BURST] = [5, 6];
/** Mutated frames for one world; a short run has several worlds, too. */
const WORLD = 100_000;
const WORLDS_AT_LEAST = 20;
/** Rounds (a frame of each session) between two looks at whether the honest client is served. */
const SERVED = 200;
/** No round takes so long, in milliseconds, unless something is stuck. */
const STALLED = 5000;
/** Octets: what the heap may have grown by from the second fifth of the worlds to the last. */
const MARGIN = 8 * 2 ** 20;
/** Octets: what a world may leave behind when all its sessions are over and all its time is up. */
const LEFT = 16 * 2 ** 20;
/** Frames of a session that are shown with a violation. */
const SHOWN = 30;

/**
 * @param {Record<string, any>} library
 * @param {{frames: number, seed: number, first: number}} options mutated frames, and the world
 *   to begin with
 * @param {Violations} violations
 */
export async function fuzzFrames(library, { frames, seed, first }, violations) {
	const run = new Run(library, seed, violations);
	const size = Math.min(WORLD, Math.ceil(frames / WORLDS_AT_LEAST));
	for (let number = first; !violations.enough; number += 1) {
		await run.world(number, size, run.mutated + size >= frames);
		if (run.mutated >= frames) break;
	}
	run.summary();
}

class Run {
	/** Frames that were offered to a session that was alive then. */
	offered = 0;
	/** Those of them that were mutated. */
	mutated = 0;
	#library;
	#seed;
	#violations;
	#certified = makeCertificate();
	#tally = new Tally();
	#ends = new Tally();
	#log = new Tally();
	#progress = new Progress("frames");
	#heaps = [];
	#left = [];
	#leftovers = new Leftovers();
	#sessions = 0;
	/** Those that are being attacked, by how the log names them. */
	#attacked = new Map();
	#recent = [];

	constructor(library, seed, violations) {
		this.#library = library;
		this.#seed = seed;
		this.#violations = violations;
	}

	/** @param {boolean} isLast there will be no other in which to look at what this one keeps */
	async world(number, count, isLast) {
		const dice = Dice.of(this.#seed, number);
		const world = new World(this.#library, this.#logger(number));
		await world.open(this.#certified);
		const before = heapInUse();
		this.#recent = [];
		const live = [];
		const enough = this.mutated + count;
		for (let round = 0; this.mutated < enough; round += 1) {
			const began = performance.now();
			while (live.length < SESSIONS)
				live.push(this.#attack(world, dice, number));
			for (let at = live.length - 1; at >= 0; at -= 1) {
				if (!this.#offer(live[at])) live.splice(at, 1);
			}
			world.pass(dice.once(50) ? dice.int(100_000) : dice.int(10));
			await turn();
			if (round % SERVED === 0 && !world.served()) {
				this.#violate(number, "the honest client is not served");
			}
			if (performance.now() - began > STALLED) {
				this.#violate(number, "a round of frames took too long");
			}
			if (this.#violations.enough) return;
			this.#progress.at(this.mutated, () => `, ${this.offered} offered`);
		}
		this.#end(live);
		const kept = isLast
			? await this.#leftovers.countAll()
			: await this.#leftovers.count();
		if (kept > 0)
			this.#violate(number, `${kept} sessions are kept after their end`);
		await world.close();
		this.#left.push(heapInUse() - before);
		this.#heaps.push(before);
	}

	/** By itself, since what is suspended may keep what it has had in its hands. */
	#end(live) {
		for (const { session } of live.splice(0)) session.abort("over");
		this.#attacked.clear();
	}

	summary() {
		const grown = growth(this.#heaps);
		const left = Math.max(0, ...this.#left);
		if (grown > MARGIN) {
			this.#violations.add(`the heap has grown by ${megabytes(grown)}`);
		}
		if (left > LEFT) {
			this.#violations.add(`a world left ${megabytes(left)} behind`);
		}
		const { seconds, peak } = this.#progress;
		console.log(
			[
				`frames: ${this.mutated} mutated of ${this.offered} offered in ${this.#sessions} sessions, ${seconds.toFixed(1)} s`,
				`heap between worlds: ${megabytes(this.#heaps.at(-1) ?? 0)} finally, grown by ${megabytes(grown)} (margin ${megabytes(MARGIN)}); left by a world: at most ${megabytes(left)} (margin ${megabytes(LEFT)}); peak rss ${megabytes(peak)}`,
				`what the server said:\n${this.#tally}`,
				`how sessions ended:\n${this.#ends}`,
				`what was logged:\n${this.#log}`,
			].join("\n"),
		);
	}

	#attack(world, dice, number) {
		this.#sessions += 1;
		const name = `session ${this.#sessions}`;
		const tally = (what) => this.#tally.add(what);
		const peer = new Peer(new Dice(dice.int(2 ** 32)), this.#recent, tally);
		const { end, session } = world.connect(name, (octets) => {
			try {
				peer.hear(octets);
			} catch (error) {
				this.#violate(number, error.message, peer);
			}
		});
		session.once("close", (reason) => {
			this.#ends.addSentence(reason);
			this.#leftovers.ended(session);
		});
		this.#attacked.set(name, peer);
		return { name, number, dice, peer, end, session, waiting: "" };
	}

	/** Says the next frame, or several in one turn. @returns whether there will be another */
	#offer(attacked) {
		const { dice } = attacked;
		let left = dice.once(BURSTS) ? 1 + dice.int(BURST) : 1;
		while (left > 0 && this.#offerOne(attacked)) left -= 1;
		return left === 0;
	}

	#offerOne(attacked) {
		const { peer, end, session, dice, number, name } = attacked;
		if (session.closed) return this.#over(name);
		const said = peer.next();
		if (said === undefined) {
			// with a word, without one, or within a frame
			if (dice.once(2)) end.push(null);
			else session.abort("over");
			return this.#over(name);
		}
		this.offered += 1;
		if (said.mutated) this.mutated += 1;
		try {
			this.#push(attacked, Buffer.from(said.octets, "latin1"));
		} catch (error) {
			this.#violate(number, `thrown: ${error.stack}`, peer);
			return this.#over(name);
		}
		return true;
	}

	/** At once, or in two pieces. */
	#push({ end, dice }, octets) {
		if (end.destroyed || end.readableEnded || octets.length === 0) return;
		if (!dice.once(10)) {
			end.push(octets);
			return;
		}
		const at = 1 + dice.int(octets.length);
		end.push(octets.subarray(0, at));
		if (at < octets.length && !end.destroyed) end.push(octets.subarray(at));
	}

	#over(name) {
		// its log line may still come
		setImmediate(() => this.#attacked.delete(name));
		return false;
	}

	#logger(number) {
		const count = (level) => (_, text) =>
			this.#log.addSentence(`${level} ${text}`);
		return {
			...{ debug() {}, info: count("info"), warn: count("warn") },
			error: (fields, text) => {
				const peer = this.#attacked.get(fields.peer);
				const shown = JSON.stringify(fields, (_, value) =>
					value instanceof Error ? value.stack : value,
				);
				this.#violate(number, `logged: ${text}: ${shown}`, peer);
			},
		};
	}

	#violate(world, what, peer) {
		const said = peer?.said.slice(-SHOWN);
		const again = `--seed ${this.#seed} --first ${world}`;
		this.#violations.add(what, { again, said });
	}
}
