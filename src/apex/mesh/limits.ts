/** The longest first wait before a relay is tried again, in milliseconds; each next one may be twice as long. */
export const FIRST_WAIT = 250;

/** The longest wait, in milliseconds: how late a relay that came back may be found. */
export const LONGEST_WAIT = 60_000;

/** How long data waits for a relay that cannot be reached, in milliseconds. */
export const PATIENCE = 30_000;

/** How long one address has to connect, greet and take our bindings, in milliseconds. */
export const DIAL_TIME = 10_000;

/** Addresses of one domain that are tried before it is given a rest. */
export const MAX_ADDRESSES = 8;

/** What may wait for the relay of one domain, in octets; the first message always may. */
export const WAITING_OCTETS = 256 * 1024;

/** Domains whose relays may be sought at once, which bounds what waits for all of them together. */
export const MAX_SOUGHT = 256;
