/** Presence between APEX endpoints and XMPP users: RFC 3922 as a component (XEP-0114). */
export type { Link, LinkEvents, OpenLink } from "./link.js";
export type { Stanza } from "./stanza.js";
export type {
	ComponentAddress,
	GuestDomain,
	GuestPort,
	XmppLimits,
	XmppParts,
	XmppStore,
} from "./types.js";
export { Xmpp } from "./xmpp.js";
