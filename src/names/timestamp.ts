/**
 * Timestamps, RFC 3339 §5.6, as RFC 3340 §9.1 uses them.
 *
 * Stored instants are whole milliseconds since 1970-01-01T00:00:00Z. A timestamp that
 * somebody else wrote may be finer, and RFC 3343 §4.4 step 5 wants to know whether it is
 * *semantically identical* to ours, so what lies beyond the millisecond is kept as digits.
 */
export interface Instant {
	/** Milliseconds since 1970-01-01T00:00:00Z, rounded down. */
	readonly ms: number;
	/** The decimal digits after the millisecond, without trailing zeros; '' when it is exact. */
	readonly finer: string;
}

const RFC3339 =
	/^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,32}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/**
 * Reads a timestamp. The unknown local offset `-00:00` counts as UTC (RFC 3339 §4.3).
 *
 * @returns the instant, or undefined where the text is no RFC 3339 timestamp
 */
export function parseTimestamp(text: string): Instant | undefined {
	const match = RFC3339.exec(text);
	if (match === null) return undefined;
	const [year, month, day, hour, minute, second] = match
		.slice(1, 7)
		.map(Number) as [number, number, number, number, number, number];
	const fraction = match[7] ?? "";
	const offsetHour = Number(match[9] ?? 0);
	const offsetMinute = Number(match[10] ?? 0);
	// second 60 is a leap second: it is the same instant as the second that follows it
	if (
		hour > 23 ||
		minute > 59 ||
		second > 60 ||
		offsetHour > 23 ||
		offsetMinute > 59
	) {
		return undefined;
	}
	const date = new Date(0);
	date.setUTCFullYear(year, month - 1, day);
	if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day)
		return undefined;
	const offset = (match[8] === "-" ? -1 : 1) * (offsetHour * 60 + offsetMinute);
	const seconds = (hour * 60 + minute - offset) * 60 + second;
	return {
		ms:
			date.getTime() +
			seconds * 1000 +
			Number(fraction.slice(0, 3).padEnd(3, "0")),
		finer: fraction.slice(3).replace(/0+$/, ""),
	};
}

/** Whether two timestamps name one instant, whatever their offsets and trailing zeros. */
export function sameInstant(a: Instant, b: Instant): boolean {
	return a.ms === b.ms && a.finer === b.finer;
}

/**
 * How the service's timestamps show their offset. `-00:00` says that the local time is not
 * told: RFC 3343 §7 suggests it where the offset would give a location away.
 */
export type Offset = "Z" | "-00:00";

/** Writes an instant (milliseconds since 1970) as a timestamp in UTC. */
export function formatTimestamp(ms: number, offset: Offset = "Z"): string {
	const text = new Date(ms).toISOString();
	return offset === "Z" ? text : text.slice(0, -1) + offset;
}
