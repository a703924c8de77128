/**
 * BEEP: RFC 3080, and RFC 3081 for TCP. A library on its own; it knows nothing of what its
 * channels are used for.
 */
export type { Channel } from "./channel.js";
export * from "./connection-limits.js";
export type { ProposedProfile } from "./elements.js";
export * from "./error.js";
export {
	type DataHeader,
	type DataKeyword,
	formatHeader,
	type Header,
	parseHeader,
	type SeqHeader,
	TRAILER,
} from "./frame.js";
export * from "./limits.js";
export { FrameParser, type FrameSink } from "./parser.js";
export * from "./sasl/index.js";
export { type Role, Session, type SessionOptions } from "./session.js";
export * from "./tls.js";
export * from "./transport.js";
export type * from "./types.js";
