/** Priority, RFC 3922 §5.1.7 and §5.2.13: 0 to 127 is 0 to 1 in steps of 0.001. */

const INTEGER = /^\s*([+-]?[0-9]{1,3})\s*$/;
const QVALUE = /^(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)$/;

const LARGEST = 127;

/**
 * The priority of a contact.
 *
 * @param text of a `<priority/>`
 * @returns undefined where it is negative, which is never mapped, or none
 */
export function contactPriority(text: string): string | undefined {
	const priority = Number(INTEGER.exec(text)?.[1] ?? Number.NaN);
	if (!(priority >= 0 && priority <= LARGEST)) return undefined;
	return String(Math.floor((priority * 1000) / LARGEST) / 1000);
}

/**
 * The priority of a resource: the least that maps to this or more, and 127 for 1 only.
 *
 * @param text a `priority` attribute
 * @returns undefined where it is none
 */
export function resourcePriority(text: string): number | undefined {
	if (!QVALUE.test(text)) return undefined;
	const thousandths = Math.round(Number(text) * 1000);
	if (thousandths === 1000) return LARGEST;
	return Math.min(Math.ceil((thousandths * LARGEST) / 1000), LARGEST - 1);
}
