/**
 * How much a presence core takes on; 0 anywhere is no limit. What would go beyond a count is
 * refused with 450; what is stored already stays.
 */
export interface PresenceLimits {
	/**
	 * Subscriptions that one originator has in progress, of all its subaddresses and through
	 * every face together. A count.
	 */
	readonly subscriptionsPerOriginator: number;
	/** Subscriptions in progress to one subject. A count. */
	readonly subscriptionsPerSubject: number;
	/** Watches that one originator has in progress, counted as its subscriptions are. A count. */
	readonly watchesPerOriginator: number;
	/** Watches in progress of one subject. A count. */
	readonly watchesPerSubject: number;
	/**
	 * Updates of one subject that its subscribers are told, per second, and at once after a
	 * second without any. Those beyond are stored and acknowledged in full, and the newest is
	 * told when the next turn comes. A whole number.
	 */
	readonly publishesPerSecond: number;
}

/** What a core keeps to where it is not told otherwise. */
export const PRESENCE_LIMITS: PresenceLimits = {
	// more contacts than a person has, and room for an application that follows a department
	subscriptionsPerOriginator: 10_000,
	// a subject that all of a large domain follows; each update is told that many times
	subscriptionsPerSubject: 100_000,
	// watching is for the few that look after somebody's presence
	watchesPerOriginator: 1_000,
	// each subscription to the subject is told that many times
	watchesPerSubject: 1_000,
	// faster than a person can follow, and above what an honest device publishes
	publishesPerSecond: 20,
};
