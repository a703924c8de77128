/** What may be held, RFC 3342 §3. Beyond it data is dropped, and reported on with 450. */
export interface HoldLimits {
	/** Messages for one endpoint, which shares with its subaddresses: anybody can invent those. */
	readonly heldMessages: number;
	/** Octets of these messages. */
	readonly heldOctets: number;
	/** Messages for all endpoints together. */
	readonly heldMessagesInAll: number;
	/** Octets of all that is held. */
	readonly heldOctetsInAll: number;
	/** How long a message is held, in seconds; then it is dropped with 550. */
	readonly heldSeconds: number;
}

export const HOLD_LIMITS: HoldLimits = {
	// more than a person reads on coming back
	heldMessages: 10_000,
	// ten thousand messages of an ordinary size; one stranger cannot fill the disk
	heldOctets: 64 * 1024 * 1024,
	// memory has a few numbers for each: some hundred megabytes
	heldMessagesInAll: 1_000_000,
	// what a small disk has room for, and sixty-four mailboxes that are full
	heldOctetsInAll: 4 * 1024 ** 3,
	// a long holiday
	heldSeconds: 30 * 24 * 3600,
};
