export { readBoard } from "./board-files.js";
/** Presence over HTTP and WebSocket, and BEEP over WebSocket. */
export { listenWeb, type TlsOptions } from "./server.js";
export type { BeepPeer, BoardFile, WebLimits, WebParts } from "./types.js";
export { WEB_LIMITS } from "./types.js";
export { Web } from "./web.js";
