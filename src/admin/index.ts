/** Administration of a running server, through a Unix socket in its data folder. */
export { type Ask, askAdmin, type Input } from "./ask.js";
export { AdminError } from "./error.js";
export { type AdminListener, type AdminParts, listenAdmin } from "./listen.js";
export { perform } from "./perform.js";
export type {
	AccessEntry,
	Account,
	Answer,
	Operation,
	Operations,
} from "./protocol.js";

/** What the socket is called in a data folder. */
export const SOCKET = "admin.sock";
