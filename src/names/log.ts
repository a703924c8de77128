/** What a room needs of a logger; pino's has this shape. Fields come first, then one sentence. */
export interface Log {
	debug(fields: object, text: string): void;
	info(fields: object, text: string): void;
	warn(fields: object, text: string): void;
	error(fields: object, text: string): void;
}

/** A logger that keeps nothing. */
export const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };
