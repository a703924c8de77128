// RFC 2045 §5.1: any character but controls, space, and the tspecials
const TOKEN = /[!#$%&'*+\-.^_`{|}~0-9A-Za-z]/;

const IS_TOKEN = Uint8Array.from({ length: 128 }, (_, code) =>
	Number(TOKEN.test(String.fromCharCode(code))),
);

/** Whether a character, or an octet, may occur in a token; NaN is none. */
export function isTokenCharacter(code: number): boolean {
	return code < 128 && IS_TOKEN[code] === 1;
}
