/** APEX, RFC 3340: the relay, and the interface of the services behind it. */
export { type Directory, LocalDirectory, type Place } from "./directory.js";
export type { RelayLimits } from "./limits.js";
export { APEX_PROFILE, Relay, type RelayParts } from "./relay.js";
export type * from "./service.js";
