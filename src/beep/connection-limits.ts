/** What a listener grants to all its connections together, and how long one may do nothing. */
export interface ConnectionLimits {
	/**
	 * Sessions that peers have open, of all listeners together. Default 10,000: ten thousand
	 * people on one server, and within the file descriptors that a service is usually given.
	 */
	readonly sessions: number;
	/**
	 * Sessions from one address; of IPv6 from one /64, which is what a single host has. Default
	 * 1,000: an office behind one address fits, and one address cannot take every session.
	 */
	readonly sessionsPerAddress: number;
	/**
	 * Sessions of peers that have not shown who they are; over it a new one is refused. Default
	 * 1,000: all of a large office may come back at once after an outage.
	 */
	readonly unauthenticatedSessions: number;
	/**
	 * How long a peer may take to show who it is, in seconds: to authenticate, and with `--dev`
	 * to attach. Default 30: enough for somebody who types a password, with a slow line and the
	 * first few delays for mistyping; and at most 33 strangers a second for ever.
	 */
	readonly unauthenticatedSeconds: number;
	/**
	 * After how long without a whole frame a peer is asked whether it is there, in seconds.
	 * Default 300: one question in five minutes costs nothing, keeps the mappings of address
	 * translators alive, and whoever has vanished is gone from `watch` soon after.
	 */
	readonly idleSeconds: number;
	/**
	 * How long it may take to answer that question, in seconds. Default 60: longer than a mobile
	 * peer is out of reach while it changes networks.
	 */
	readonly answerSeconds: number;
}

export const CONNECTION_LIMITS: ConnectionLimits = {
	sessions: 10_000,
	sessionsPerAddress: 1_000,
	unauthenticatedSessions: 1_000,
	unauthenticatedSeconds: 30,
	idleSeconds: 300,
	answerSeconds: 60,
};
