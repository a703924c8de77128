/** Where the relays of a domain are: RFC 3340 §3.1, and the SRV algorithm of RFC 2782. */
export { type Address, findRelays, IANA_PORTS, type Service } from "./find.js";
export { literalAddress } from "./literal.js";
export { type Dns, nodeDns } from "./resolver.js";
export { inOrder, type Srv } from "./srv.js";
