/**
 * A client of APEX and of its presence service. RFC 3340 and RFC 3343.
 *
 * `connect` opens a session; a `Client` attaches; an `Attachment` publishes, subscribes,
 * polls, watches and exchanges data with other applications.
 */
export {
	type AccessEntry,
	getAccess,
	type NewAccessEntry,
	queryAccess,
	setAccess,
} from "./access.js";
export { type Attachment, INBOX } from "./attachment.js";
export type { AttachOptions, Client } from "./client.js";
export { type ConnectOptions, connect } from "./connect.js";
export { ApexError, ConnectionError, TimeoutError } from "./error.js";
export type { OperationReply } from "./heard.js";
export type { InProgressOptions } from "./in-progress.js";
export type { Content, IncomingData } from "./messages.js";
export {
	type Capability,
	type PresenceDocument,
	type PresenceEntry,
	parsePresence,
	type Tuple,
} from "./presence-document.js";
export type { PublishOptions } from "./publish.js";
export type { Login, TlsOptions } from "./secure.js";
export type { Subscription } from "./subscription.js";
export type { Subscriber } from "./watch.js";
export {
	openRaw,
	openWire,
	type RawWire,
	type Wire,
	type WireAddress,
	type WireArrival,
} from "./wire.js";
export { listenForWires, type WireListener } from "./wire-listener.js";
export { TIMEOUT } from "./within.js";
