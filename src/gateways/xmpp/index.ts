/** Presence between APEX endpoints and XMPP users: RFC 3922 as a component (XEP-0114). */
export type { Link, LinkEvents, OpenLink } from "./link.js";
export type { Stanza } from "./stanza.js";
export type {
	ComponentAddress,
	XmppFigures,
	XmppLimits,
	XmppParts,
} from "./types.js";
export { XMPP_LIMITS } from "./types.js";
export { Xmpp } from "./xmpp.js";
