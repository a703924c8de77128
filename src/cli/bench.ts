import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { Argument, type Command } from "commander";
import type { PresenceEntry } from "../client/index.js";
import { addressOf, type Endpoint, parseWhole } from "../names/index.js";
import {
	type Attached,
	attached,
	type ClientOptions,
	endpoint,
	withClientOptions,
} from "./connect.js";
import { UsageError } from "./report.js";

interface Options extends ClientOptions {
	readonly subscribers: string;
	readonly publishes: string;
}

/** Milliseconds from one publish to the next: at once, or at a pace that no server minds. */
const PAUSE = { fanout: 0, latency: 100 } as const;

/** `apex bench`: how fast a running server tells subscribers of changes. */
export function bench(program: Command): void {
	withClientOptions(program.command("bench"))
		.description(
			"measure how fast a server tells, as bench@example.com or --as",
		)
		.addArgument(
			new Argument("[workload]", "publish at once, or ten times a second")
				.choices(Object.keys(PAUSE))
				.default("fanout"),
		)
		.option("--subscribers <number>", "who each hear of each publish", "100")
		.option("--publishes <number>", "how many", "100")
		.action(run);
}

async function run(
	workload: keyof typeof PAUSE,
	options: Options,
): Promise<void> {
	const subscribers = atLeastOne("--subscribers", options.subscribers);
	const publishes = atLeastOne("--publishes", options.publishes);
	await attached(options, endpoint("bench@example.com"), async (who) => {
		const audience = await Audience.gather(who, subscribers);
		const began = performance.now();
		const took = await publishing(who, audience, publishes, PAUSE[workload]);
		const seconds = (performance.now() - began) / 1000;
		const figures = { workload, subscribers, ...figuresOf(took) };
		const perSecond = Math.round((took.length * subscribers) / seconds);
		const all =
			workload === "fanout"
				? { ...figures, notificationsPerSecond: perSecond }
				: figures;
		process.stdout.write(
			options.json ? `${JSON.stringify(all)}\n` : linesOf(all),
		);
	});
}

/**
 * Changes `publisherInfo` again and again, and in the end back to what it was.
 *
 * @returns for each change, how many milliseconds passed until all had heard of it
 */
async function publishing(
	{ attachment, signal }: Attached,
	audience: Audience,
	publishes: number,
	pause: number,
): Promise<number[]> {
	const publisher = addressOf(attachment.endpoint);
	const publish = (publisherInfo: string): Promise<void> =>
		attachment.publish((current) => ({ ...current, publisherInfo }), {
			publisher,
		});
	const { publisherInfo } = await attachment.poll(publisher);
	const interrupted = once(signal, "abort");
	const took: number[] = [];
	while (took.length < publishes) {
		const mark = `http://bench.invalid/${took.length}`;
		const began = performance.now();
		const heard = Promise.all([audience.heard(mark), publish(mark)]);
		await Promise.race([heard, interrupted]);
		if (signal.aborted) break;
		took.push(performance.now() - began);
		if (pause > 0) await setTimeout(pause);
	}
	await publish(publisherInfo);
	return took;
}

/** Those who subscribe; the publisher, who has to know `lastUpdate`, is one of them. */
class Audience {
	readonly #size: number;
	readonly #lost: Promise<unknown>;
	#mark: string | undefined;
	#left: number;
	#all: () => void = () => {};

	/** Attaches the others, each on a channel of its own, and waits until all have the entry. */
	static async gather(
		{ client, attachment }: Attached,
		size: number,
	): Promise<Audience> {
		const subject = addressOf(attachment.endpoint);
		const others = await Promise.all(
			Array.from({ length: size - 1 }, (_, number) =>
				client.attach(numbered(attachment.endpoint, number), {
					channel: "new",
				}),
			),
		);
		const audience = new Audience(
			[attachment, ...others].map((one) => one.subscribe(subject)),
		);
		await audience.heard(undefined);
		return audience;
	}

	private constructor(subscriptions: readonly AsyncIterable<PresenceEntry>[]) {
		this.#size = subscriptions.length;
		this.#left = this.#size;
		this.#lost = Promise.all(subscriptions.map((one) => this.#follow(one)));
		// whoever waits hears of it
		this.#lost.catch(() => {});
	}

	/** Resolves when all have heard of an entry with this `publisherInfo`, or of any. */
	async heard(mark: string | undefined): Promise<void> {
		this.#mark = mark;
		this.#left = this.#size;
		const all = new Promise<void>((resolve) => {
			this.#all = resolve;
		});
		await Promise.race([all, this.#lost]);
	}

	async #follow(entries: AsyncIterable<PresenceEntry>): Promise<void> {
		for await (const { publisherInfo } of entries) {
			if (this.#mark !== undefined && publisherInfo !== this.#mark) continue;
			this.#left -= 1;
			if (this.#left === 0) this.#all();
		}
	}
}

/** A subaddress beside another one. */
function numbered(own: Endpoint, number: number): string {
	const at = own.lastIndexOf("@");
	return `${own.slice(0, at)}-${number}${own.slice(at)}`;
}

function figuresOf(took: readonly number[]): Record<string, number> {
	const sorted = took.toSorted((one, other) => one - other);
	const at = (part: number): number => {
		const found = sorted[Math.ceil(sorted.length * part) - 1] ?? 0;
		return Math.round(found * 100) / 100;
	};
	return {
		publishes: took.length,
		medianMs: at(0.5),
		p99Ms: at(0.99),
		longestMs: at(1),
	};
}

function linesOf(figures: Readonly<Record<string, string | number>>): string {
	return Object.entries(figures)
		.map(([name, figure]) => `${name.padEnd(24)}${figure}\n`)
		.join("");
}

function atLeastOne(option: string, text: string): number {
	const number = parseWhole(text);
	if (number !== undefined && number > 0) return number;
	throw new UsageError(`${option} ${text} is no number from 1 on`);
}
