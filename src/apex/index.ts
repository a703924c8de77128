/** APEX, RFC 3340: the relay, and the interface of the services behind it. */
export { APEX_PROFILE } from "./apex-profile.js";
export { type Directory, LocalDirectory, type Place } from "./directory.js";
export type { HoldParts } from "./hold/hold.js";
export type { Held, HeldKey, HeldStore } from "./hold/store.js";
export { RELAY_LIMITS, type RelayLimits } from "./limits.js";
export type { MeshParts, RelayAddress } from "./mesh/parts.js";
export {
	type Known,
	type PeerEntry,
	Peers,
} from "./mesh/peers.js";
export { Relay, type RelayParts } from "./relay.js";
export type * from "./service.js";
