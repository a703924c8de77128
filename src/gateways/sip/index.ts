/** SIP for presence: RFC 3856, RFC 6665, RFC 3903, RFC 3857 and RFC 3858 over the common profile. */
export { listenSip, type SipAddress, type SipListener } from "./listen.js";
export { endpointOf, formatSip } from "./mapping.js";
export { Sip } from "./sip.js";
export type * from "./types.js";
export { SIP_LIMITS } from "./types.js";
