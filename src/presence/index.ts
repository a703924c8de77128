export type { Answer } from "./decide.js";
export type { BeginRequest } from "./decide-begin.js";
export type {
	ComposeRequest,
	Content,
	PublishRequest,
} from "./decide-publish.js";
export type { Face, SubscriberNews } from "./face.js";
export { type GuestDomain, Guests } from "./guests.js";
export { PRESENCE_LIMITS, type PresenceLimits } from "./limits.js";
export { NOTICE_LIFETIME } from "./notices.js";
export { type LiveOperation, liveOperation } from "./operation.js";
export { Presence, type PresenceParts } from "./presence.js";
export type * from "./store.js";
export type * from "./types.js";
