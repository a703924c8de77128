/** How peers come in: what a listener offers them, who they are, and as whom they may attach. */
export { Admission, type AdmissionParts } from "./admission.js";
export { endpointsOf, relayDomainsOf } from "./certificate-names.js";
export { TlsFiles } from "./tls-files.js";
