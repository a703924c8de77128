import { setTimeout as sleep } from "node:timers/promises";
import type { Exchange } from "./exchange.js";
import { Mismatch } from "./mismatch.js";
import { Run, type RunParts } from "./run.js";
import type { Target } from "./servers.js";
import type { Transcript } from "./transcript.js";

export interface ReplayOptions
	extends Pick<RunParts, "openWire" | "listenForWires"> {
	/** How long to wait for what must arrive, in milliseconds of real time; 5000 by default. */
	readonly timeout?: number;
	/** Waits for a number of milliseconds, at a server whose clock cannot be moved. */
	readonly pause?: (ms: number) => Promise<void>;
}

/** What came of a transcript: it holds unless there is a mismatch. */
export interface Outcome {
	readonly name: string;
	readonly exchanges: readonly Exchange[];
	readonly mismatch: Mismatch | undefined;
}

const TIMEOUT = 5000;

/**
 * Replays a transcript up to its end or the first mismatch.
 *
 * @throws TranscriptError when the transcript asks for what cannot be done, and the error
 *   of the connection when there is no server
 */
export async function replay(
	transcript: Transcript,
	target: Target,
	options: ReplayOptions,
): Promise<Outcome> {
	const { timeout = TIMEOUT, pause = async (ms) => sleep(ms) } = options;
	const run = new Run(transcript, target, { ...options, timeout, pause });
	const { name } = transcript;
	const { exchanges } = run;
	try {
		await run.play();
		return { name, exchanges, mismatch: undefined };
	} catch (error) {
		if (!(error instanceof Mismatch)) throw error;
		return { name, exchanges, mismatch: error };
	} finally {
		await run.end();
	}
}
