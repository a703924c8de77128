/** Whether a text is as many octets of UTF-8 as it has characters. */
export function isAscii(text: string): boolean {
	return Buffer.byteLength(text) === text.length;
}
