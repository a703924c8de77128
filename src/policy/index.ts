/** How peers come in: what a listener offers them, who they are, and as whom they may attach. */
export { Admission, type AdmissionParts } from "./admission.js";
export { endpointsOf, relayDomainsOf } from "./certificate-names.js";
export { OtherRelays, type OtherRelaysParts } from "./other-relays.js";
export { type Connection, Sessions, type SessionsParts } from "./sessions.js";
export { TlsFiles } from "./tls-files.js";
