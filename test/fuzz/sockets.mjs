// Mutated frames over sockets, for a server in a process of its own that meanwhile serves others.
import { setTimeout as pause } from "node:timers/promises";
import { attack } from "./attack.mjs";
import { Bystander } from "./bystander.mjs";
import { Dice } from "./dice.mjs";
import { growth, median, megabytes } from "./memory.mjs";
import { Progress } from "./progress.mjs";
import { isTrouble, ServerProcess } from "./server.mjs";
import { Tally } from "./tally.mjs";

/** Samples of the server's memory in a run. */
const SAMPLES = 100;
/**
 * Octets: what the server's resident memory, and its heap without garbage, may have grown by
 * from the second fifth of the samples to the last. It goes on to compile what it runs often.
 */
const MARGIN = { resident: 24 * 2 ** 20, heap: 4 * 2 ** 20 };
/** Sessions that a log line may still be about. */
const REMEMBERED = 2000;
/** Frames of a session that are shown with a violation. */
const SHOWN = 60;
/** Frames of each session that was under way when the server ended. */
const LAST_WORDS = 10;
/** How long the server may take to let go of the connections, in milliseconds. */
const SETTLED = 30_000;

/**
 * @param {Record<string, any>} library
 * @param {{sequences: number, sockets: number, seed: number, dist: string}} options
 * @param {Violations} violations
 */
export async function fuzzSockets(library, options, violations) {
	const run = new Run(options, violations);
	await run.attack(library);
	run.summary();
}

class Run {
	#options;
	#violations;
	#dice;
	#recent = [];
	#said = new Tally();
	#ends = new Tally();
	#log = new Tally();
	#progress = new Progress("sequences");
	#begun = 0;
	#frames = 0;
	#mutated = 0;
	#heaps = [];
	#resident = [];
	#latencies = [];
	/** By port, who has attacked lately. */
	#attackers = new Map();

	constructor(options, violations) {
		this.#options = options;
		this.#violations = violations;
		this.#dice = Dice.of(options.seed, -2);
	}

	async attack(library) {
		const { dist, sockets } = this.#options;
		const server = await ServerProcess.start(dist, (line) =>
			this.#logged(line),
		);
		const bystander = await Bystander.start(
			library,
			server.port,
			this.#violations,
		);
		const before = server.descriptors;
		await Promise.all(
			Array.from({ length: sockets }, () => this.#attacker(server)),
		);
		await this.#settled(server, before);
		await bystander.stop();
		this.#latencies = bystander.latencies;
		const wasUp = server.ended === undefined;
		const ended = await server.stop();
		if (wasUp && ended === "0" && server.stderr === "") return;
		// one of those who came last knows why
		const last = [...this.#attackers.values()].slice(-sockets);
		this.#violations.add(`the server ended: ${ended}\n${server.stderr}`, {
			seed: this.#options.seed,
			said: last.map(({ said }) => said.slice(-LAST_WORDS)),
		});
	}

	async #attacker(server) {
		const { sequences } = this.#options;
		const period = Math.ceil(sequences / SAMPLES);
		while (this.#begun < sequences && !this.#violations.enough) {
			if (server.ended !== undefined) return;
			this.#begun += 1;
			if (this.#begun % period === 0) await this.#sample(server);
			this.#progress.at(
				this.#begun,
				() =>
					`, ${this.#frames} frames; server's rss ${megabytes(this.#resident.at(-1) ?? 0)}, heap ${megabytes(this.#heaps.at(-1) ?? 0)}`,
			);
			await this.#session(server);
		}
	}

	async #sample(server) {
		const heap = await server.heap();
		if (heap === undefined) return;
		this.#heaps.push(heap);
		this.#resident.push(server.resident);
	}

	async #session(server) {
		const { port } = server;
		let attacker;
		try {
			const { how, frames, mutated } = await attack({
				...{ port, dice: this.#dice, recent: this.#recent },
				tally: (what) => this.#said.add(what),
				opened: (local, peer) => {
					attacker = peer;
					this.#remember(local, peer);
				},
			});
			this.#frames += frames;
			this.#mutated += mutated;
			this.#ends.add(how);
		} catch (error) {
			// who cannot connect any more is not to blame
			if (server.ended === undefined) this.#violate(error.stack, attacker);
		}
	}

	#remember(port, peer) {
		this.#attackers.delete(port);
		this.#attackers.set(port, peer);
		for (const [oldest] of this.#attackers) {
			if (this.#attackers.size <= REMEMBERED) return;
			this.#attackers.delete(oldest);
		}
	}

	#logged(line) {
		this.#log.addSentence(line.msg);
		if (!isTrouble(line)) return;
		const port = Number(line.peer?.split(":").at(-1));
		this.#violate(`logged: ${JSON.stringify(line)}`, this.#attackers.get(port));
	}

	/** The server keeps nothing of those who have gone. */
	async #settled(server, before) {
		const until = performance.now() + SETTLED;
		while (server.ended === undefined && server.descriptors > before) {
			if (performance.now() > until) {
				this.#violations.add(
					`${server.descriptors} descriptors are open, and were ${before} before`,
				);
				return;
			}
			await pause(100);
		}
	}

	#violate(what, peer) {
		const said = peer?.said.slice(-SHOWN);
		this.#violations.add(what, { seed: this.#options.seed, said });
	}

	summary() {
		const [heaps, resident] = [this.#heaps, this.#resident];
		const latencies = this.#latencies;
		this.#flat("resident memory", resident, MARGIN.resident);
		this.#flat("heap", heaps, MARGIN.heap);
		console.log(
			[
				`sockets: ${this.#begun} sequences, ${this.#frames} frames (${this.#mutated} mutated), ${this.#progress.seconds.toFixed(1)} s`,
				`the server's rss: ${megabytes(resident.at(-1) ?? 0)} finally, ${megabytes(Math.max(0, ...resident))} at most, grown by ${megabytes(growth(resident))} (margin ${megabytes(MARGIN.resident)})`,
				`its heap without garbage: ${megabytes(heaps.at(-1) ?? 0)} finally, grown by ${megabytes(growth(heaps))} (margin ${megabytes(MARGIN.heap)})`,
				`the bystander heard of ${latencies.length} publications, within ${median(latencies).toFixed(1)} ms (median), ${Math.max(0, ...latencies).toFixed(1)} ms (worst)`,
				`what the server said:\n${this.#said}`,
				`how sessions ended:\n${this.#ends}`,
				`what was logged:\n${this.#log}`,
			].join("\n"),
		);
	}

	#flat(what, figures, margin) {
		const grown = growth(figures);
		if (grown <= margin) return;
		this.#violations.add(
			`the server's ${what} has grown by ${megabytes(grown)}`,
		);
	}
}
