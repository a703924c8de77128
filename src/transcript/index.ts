/** Transcripts: conversations with a server, written down, that can be replayed against one. */
export type { Difference } from "./compare.js";
export type { Exchange } from "./exchange.js";
export { Mismatch } from "./mismatch.js";
export { openWire } from "./open.js";
export { parseTranscript } from "./parse.js";
export {
	type Outcome,
	type ReplayOptions,
	type ReplayServer,
	replay,
	type Target,
} from "./replay.js";
export { REPORTERS, type Reporter, report, reportLines } from "./report.js";
export * from "./transcript.js";
export type { Address, Arrival, OpenWire, TranscriptWire } from "./wire.js";
