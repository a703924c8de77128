import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A certificate for a while. @returns {{cert: Buffer, key: Buffer}} */
export function makeCertificate() {
	const folder = mkdtempSync(join(tmpdir(), "apex-fuzz-"));
	try {
		const [cert, key] = [join(folder, "cert"), join(folder, "key")];
		execFileSync(
			"openssl",
			[
				...[
					"req",
					"-x509",
					"-newkey",
					"ec",
					"-nodes",
					"-subj",
					"/CN=example.com",
				],
				...["-pkeyopt", "ec_paramgen_curve:P-256", "-days", "30"],
				...["-keyout", key, "-out", cert],
			],
			{ stdio: ["ignore", "pipe", "pipe"] },
		);
		return { cert: readFileSync(cert), key: readFileSync(key) };
	} finally {
		rmSync(folder, { recursive: true });
	}
}
