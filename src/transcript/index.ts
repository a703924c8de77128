/** Transcripts: conversations with a server, written down, that can be replayed against one. */
export type { Difference } from "./compare.js";
export type { Exchange } from "./exchange.js";
export { Mismatch } from "./mismatch.js";
export { listenForWires, openWire } from "./open.js";
export { parseTranscript } from "./parse.js";
export { type Outcome, type ReplayOptions, replay } from "./replay.js";
export { REPORTERS, type Reporter, report, reportLines } from "./report.js";
export type { ReplayServer, Target } from "./servers.js";
export * from "./transcript.js";
export type {
	Address,
	Arrival,
	ListenForWires,
	OpenWire,
	TranscriptWire,
	WireListener,
} from "./wire.js";
