/**
 * - `LOCKED`: another process has the folder open;
 * - `SCHEMA`: a newer version of this software wrote the folder;
 * - `CORRUPT`: something stored is not what it should be.
 */
export type StoreErrorCode = "LOCKED" | "SCHEMA" | "CORRUPT";

/** The store cannot be opened or read; the message says what to do or where to look. */
export class StoreError extends Error {
	override readonly name = "StoreError";
	readonly code: StoreErrorCode;

	constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
		super(message, options);
		this.code = code;
	}
}
