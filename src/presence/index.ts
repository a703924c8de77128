export type {
	Answer,
	BeginRequest,
	ComposeRequest,
	Content,
	PublishRequest,
} from "./decide.js";
export type { Face, SubscriberNews } from "./face.js";
export { NOTICE_LIFETIME } from "./notices.js";
export type { LiveOperation } from "./operation.js";
export { Presence, type PresenceParts } from "./presence.js";
export type * from "./store.js";
export type * from "./types.js";
