/** What a stranger may ask of a relay. */
export interface RelayLimits {
	/** What may wait for one channel before its session ends, in octets. */
	readonly outboxOctets: number;
	/** Recipients of one `data`. */
	readonly recipients: number;
	/** How many relays may pass data on that does not say so itself, 1..255; 0 for any number. */
	readonly hops: number;
}

export const DEFAULT_LIMITS: RelayLimits = {
	// minutes of updates for a busy application, and small against a server's memory
	outboxOctets: 4 * 1024 * 1024,
	// enough for a group of people; each costs a copy of the whole data
	recipients: 100,
	// between two domains there are two relays; a loop ends soon
	hops: 16,
};

/** Options directly inside one element: each may cost a report for every recipient. */
export const MAX_OPTIONS = 16;

/** The longest XML document in a message, in octets: what the recipients above need, ten times over. */
export const MAX_CONTROL_OCTETS = 64 * 1024;

/** What the parts of a message beside its XML document may have together, in octets: a small picture. */
export const MAX_OPAQUE_OCTETS = 256 * 1024;

/** How long applications have to answer when the relay stops, in milliseconds. */
export const CLOSING_TIME = 5000;
