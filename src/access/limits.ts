/** What an owner may have. */
export interface AccessLimits {
	/**
	 * Entries of one endpoint, which shares with its subaddresses: anybody can invent those.
	 * Beyond it a set is refused with 450.
	 */
	readonly accessEntriesPerOwner: number;
}

export const ACCESS_LIMITS: AccessLimits = {
	// an entry for everybody in a long address book, and a few hundred octets each
	accessEntriesPerOwner: 10_000,
};
