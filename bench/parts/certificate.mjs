import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

let files;

/** A certificate of its own for example.com, made once in a run. */
export function certificate() {
	if (files !== undefined) return files;
	const folder = mkdtempSync(join(tmpdir(), "apex-certificate-"));
	process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
	files = { cert: join(folder, "cert.pem"), key: join(folder, "key.pem") };
	const words = [
		...["req", "-x509", "-newkey", "ec", "-nodes", "-days", "2"],
		...["-pkeyopt", "ec_paramgen_curve:P-256", "-subj", "/CN=example.com"],
		...["-addext", "subjectAltName=DNS:example.com"],
		...["-keyout", files.key, "-out", files.cert],
	];
	execFileSync("openssl", words, { stdio: "ignore" });
	return files;
}
