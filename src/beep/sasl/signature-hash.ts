/** The hash of a certificate's signature, which Node does not tell. */

// RFC 5280 §4.1.1.2: the algorithms, each its object identifier in DER without tag and length
const ALGORITHMS: Readonly<Record<string, string>> = {
	"2a864886f70d010104": "md5", // md5WithRSAEncryption
	"2a864886f70d010105": "sha1", // sha1WithRSAEncryption
	"2a864886f70d01010b": "sha256", // sha256WithRSAEncryption
	"2a864886f70d01010c": "sha384", // sha384WithRSAEncryption
	"2a864886f70d01010d": "sha512", // sha512WithRSAEncryption
	"2a8648ce3d0401": "sha1", // ecdsa-with-SHA1
	"2a8648ce3d040302": "sha256", // ecdsa-with-SHA256
	"2a8648ce3d040303": "sha384", // ecdsa-with-SHA384
	"2a8648ce3d040304": "sha512", // ecdsa-with-SHA512
};

/**
 * The hash by which a certificate is named in `tls-server-end-point`, RFC 5929 §4.1.
 *
 * @param certificate in DER
 * @returns undefined where the signature has no hash of its own (EdDSA) or names it in a
 *   parameter (RSASSA-PSS); there is no such channel binding then
 */
export function signatureHash(certificate: Buffer): string | undefined {
	// Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm SEQUENCE { OID, … }, … }
	const whole = contentOf(certificate, 0);
	const signed = contentOf(certificate, whole.start);
	const algorithm = contentOf(certificate, signed.end);
	const { start, end } = contentOf(certificate, algorithm.start);
	const hash = ALGORITHMS[certificate.toString("hex", start, end)];
	// RFC 5929 §4.1: in the place of the two that are broken
	return hash === "md5" || hash === "sha1" ? "sha256" : hash;
}

/** Where the content of a DER value begins and ends. @throws RangeError where it is cut short */
function contentOf(der: Buffer, at: number): { start: number; end: number } {
	const length = der.readUInt8(at + 1);
	if (length < 0x80) return { start: at + 2, end: at + 2 + length };
	const octets = length - 0x80;
	const start = at + 2 + octets;
	return { start, end: start + der.readUIntBE(at + 2, octets) };
}
