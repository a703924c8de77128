/** What one session may cost. */
export interface Limits {
	/** The longest message that is put together, in octets. */
	readonly messageOctets: number;
	/** The window that a channel advertises once it is used, in octets; no frame is longer. */
	readonly windowOctets: number;
	/** Channels of a session, channel zero not counted. */
	readonly channels: number;
	/**
	 * What is kept of messages of which more is to come, on all channels together, in octets;
	 * beyond it the session ends.
	 */
	readonly unfinishedOctets: number;
	/**
	 * MSGs of one channel that may await their replies; beyond it the peer's window stays shut,
	 * as it does while those that are being worked on are longer than one message may be.
	 */
	readonly requests: number;
}

export const DEFAULT_LIMITS: Limits = {
	// the longest XML document and the largest picture beside it, with room to spare
	messageOctets: 1024 * 1024,
	// messages of 64 KiB go on while the SEQ for the one before is on its way; it costs nothing
	// while nothing comes
	windowOctets: 256 * 1024,
	// four of the longest messages at once; else a thousand channels would hold as many
	unfinishedOctets: 4 * 1024 * 1024,
	// RFC 3080 §2.3: at least 257 concurrent channels
	channels: 1024,
	// as many as this side has under way itself
	requests: 256,
};

/**
 * MSGs of ours that may be unacknowledged on one channel: a peer that reads but does not
 * answer is a peer that cannot keep up, however wide its window.
 */
export const MAX_UNACKNOWLEDGED = 256;

/** Answers of one reply that may be under way at once. */
export const MAX_UNFINISHED_ANSWERS = 256;

/** What an unfinished message costs besides its octets, and while it has none; in octets, about. */
export const UNFINISHED_COST = 128;

/** RFC 3081 §3.1.1: the window of every channel when it is created, in octets. */
export const INITIAL_WINDOW = 4096;

/** Octets handed to the transport at once; between two such writes it may say that it is full. */
export const MAX_WRITE = 64 * 1024;

/**
 * The longest payload of a frame that is sent, in octets. RFC 3081 §3.1.4 recommends two
 * thirds of TCP's segment size, so that channels take turns. Here they do so by what is
 * written at once: shorter frames would let nobody go first, and cost both sides a header each.
 * So much content fits, with the headers around it.
 */
export const MAX_FRAME = MAX_WRITE + 8 * 1024;

/** RFC 3080 §2.3.1.2: the longest content of a `profile` element, in octets. */
export const MAX_PROFILE_CONTENT = 4096;

/** How long a released connection may stay half open, in milliseconds. */
export const LINGER = 2000;

/** RFC 8996: what is older is no longer secure. */
export const MIN_TLS = "TLSv1.2";

/** How long a peer may take to negotiate TLS after it was told to proceed, in milliseconds. */
export const TLS_TIMEOUT = 30_000;
