import { dissect } from "./dissect.js";
import { segments } from "./segments.js";
import { Side } from "./side.js";

/** What one side of a session did wrong. */
export interface Problem {
	/** The number of the connection. */
	readonly stream: number;
	readonly role: "initiator" | "listener";
	readonly what: string;
}

/** What a capture holds, and what is wrong with it. */
export interface Verdict {
	/** BEEP sessions. */
	readonly sessions: number;
	readonly frames: number;
	/** By keyword. */
	readonly kinds: Readonly<Record<string, number>>;
	readonly problems: readonly Problem[];
	/** What the dissector objects to. */
	readonly complaints: readonly string[];
}

/**
 * Judges all BEEP sessions of a capture.
 *
 * @param scratch a file that may be written
 */
export async function judge(file: string, scratch: string): Promise<Verdict> {
	const streams = new Map<number, Map<number, Side>>();
	for await (const segment of segments(file)) {
		const { stream, port } = segment;
		const sides = streams.get(stream) ?? new Map<number, Side>();
		streams.set(stream, sides);
		const side = sides.get(port) ?? new Side();
		sides.set(port, side);
		const peer = [...sides.values()].find((other) => other !== side);
		side.take(segment, peer ?? new Side());
	}
	const sessions = [...streams].filter(([, sides]) =>
		[...sides.values()].some(({ frames }) => frames.length > 0),
	);
	const all = sessions.flatMap(([, sides]) => [...sides.values()]);
	const frames = all.flatMap((side) => side.frames);
	const kinds: Record<string, number> = {};
	for (const { keyword } of frames) kinds[keyword] = 1 + (kinds[keyword] ?? 0);
	return {
		sessions: sessions.length,
		frames: frames.length,
		kinds,
		problems: sessions.flatMap(([stream, sides]) =>
			[...sides.values()].flatMap(({ problem: what }, index) => {
				// whoever opened the connection was the first to be captured
				const role = index === 0 ? "initiator" : "listener";
				return what === undefined ? [] : [{ stream, role, what } as const];
			}),
		),
		complaints: await dissect(frames, scratch),
	};
}
