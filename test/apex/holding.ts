import type { HeldStore, RelayLimits } from "../../src/apex/index.js";
import type { Request } from "../../src/beep/index.js";
import { addressOf } from "../../src/names/index.js";
import { MemoryStore } from "../../src/store/index.js";
import { type Application, Mesh, noteOf } from "./harness.js";
import { dataWith, reporting } from "./reporting.js";

export const HOLD = "<option internal='hold4Endpoint' />";

/** `data` from wilma that waits for its recipient. */
export const heldXml = (to: string | string[], note: string, more = "") =>
	dataWith("wilma", to, HOLD + more, { content: `<note>${note}</note>` });

/** A store that makes durable at once what it is told, unless it is stopped. */
export class Disk implements HeldStore {
	readonly memory: MemoryStore;
	#stopped = false;

	constructor(memory = new MemoryStore()) {
		this.memory = memory;
	}

	/** From now on nothing becomes durable. */
	stop(): void {
		this.#stopped = true;
	}

	go(): void {
		this.#stopped = false;
		this.memory.sync();
	}

	allHeld: HeldStore["allHeld"] = () => this.memory.allHeld();
	heldOf: HeldStore["heldOf"] = (...those) => this.memory.heldOf(...those);

	hold: HeldStore["hold"] = (held, done) => {
		this.memory.hold(held, done);
		this.#soon();
	};

	release: HeldStore["release"] = (key, done) => {
		this.memory.release(key, done);
		this.#soon();
	};

	/** The numbers of what is held. */
	async numbers(): Promise<number[]> {
		const numbers: number[] = [];
		for await (const { number } of this.allHeld()) numbers.push(number);
		return numbers;
	}

	#soon(): void {
		queueMicrotask(() => {
			if (!this.#stopped) this.memory.sync();
		});
	}
}

export const LIMITS = {
	heldMessages: 1000,
	heldOctets: 1_000_000,
	heldSeconds: 60,
};

/** A mesh whose relay holds data; everybody whose name does not begin with `no` is known. */
export async function holding({
	disk = new Disk(),
	limits = {},
}: {
	disk?: Disk;
	limits?: Partial<RelayLimits>;
} = {}): Promise<{ mesh: Mesh; disk: Disk }> {
	const mesh = reporting(
		new Mesh({
			hold: {
				store: disk,
				isValid: (who) => !addressOf(who).startsWith("no"),
			},
			limits: { ...LIMITS, ...limits },
		}),
	);
	await mesh.relay.load();
	return { mesh, disk };
}

/** What an application is sent, to be answered when the test says so. */
export class Unanswered {
	readonly requests: Request[] = [];
	readonly #application: Application;

	constructor(application: Application) {
		this.#application = application;
		application.answer = (request) => this.requests.push(request);
	}

	/** The notes of the next so many. */
	notes(count: number): Promise<(string | undefined)[]> {
		return notes(this.#application, count);
	}
}

/** The notes of the next so many `data` elements. */
export async function notes(
	application: Application,
	count: number,
): Promise<(string | undefined)[]> {
	const seen: (string | undefined)[] = [];
	while (seen.length < count) seen.push(noteOf(await application.next()));
	return seen;
}

/** Numbers as notes. */
export const range = (from: number, to: number): string[] =>
	Array.from({ length: to - from + 1 }, (_, index) => String(from + index));
