import saslprep from "@mongodb-js/saslprep";

/**
 * A name or a password in the form in which it is compared: SASLprep, RFC 4013.
 *
 * @param use `stored` for what is to be kept: a character that Unicode 3.2 did not have is
 *   refused there, since its normal form was not settled (RFC 3454 §7)
 * @returns undefined where the text is not allowed, or nothing is left of it
 */
export function prepared(
	text: string,
	use: "stored" | "query",
): string | undefined {
	try {
		const form = saslprep(text, { allowUnassigned: use === "query" });
		return form === "" ? undefined : form;
	} catch {
		return undefined;
	}
}
