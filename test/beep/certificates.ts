// Certificates that openssl makes, in a folder that goes away.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What `tls` takes, and where it is kept. */
export interface Certified {
	readonly cert: Buffer;
	readonly key: Buffer;
	readonly certFile: string;
	readonly keyFile: string;
}

/** An authority, and whom it certifies. */
export class Authority {
	readonly ca: Buffer;
	readonly caFile: string;
	readonly #folder = mkdtempSync(join(tmpdir(), "beep-tls-"));

	constructor() {
		const { certFile, cert } = this.#make(
			"authority",
			"-x509",
			...["-addext", "keyUsage=critical,keyCertSign"],
		);
		this.caFile = certFile;
		this.ca = cert;
	}

	/** @param altName such as `DNS:example.com` */
	certify(altName: string): Certified {
		const name = altName.replace(/\W+/g, "-");
		const request = this.#make(name);
		const extensions = join(this.#folder, `${name}.ext`);
		writeFileSync(extensions, `subjectAltName=${altName}\n`);
		const certFile = join(this.#folder, `${name}.crt`);
		openssl(
			...["x509", "-req", "-in", request.certFile, "-out", certFile],
			...["-CA", this.caFile, "-CAkey", join(this.#folder, "authority.key")],
			...["-set_serial", String(Date.now()), "-extfile", extensions],
			...["-days", "2"],
		);
		return { ...request, certFile, cert: readFileSync(certFile) };
	}

	remove(): void {
		rmSync(this.#folder, { recursive: true });
	}

	#make(name: string, ...more: string[]): Certified {
		const keyFile = join(this.#folder, `${name}.key`);
		const certFile = join(this.#folder, `${name}.pem`);
		openssl(
			...["req", "-new", "-newkey", "ec", "-nodes", "-subj", `/CN=${name}`],
			...["-pkeyopt", "ec_paramgen_curve:P-256"],
			...["-keyout", keyFile, "-out", certFile, ...more],
		);
		const [cert, key] = [readFileSync(certFile), readFileSync(keyFile)];
		return { cert, key, certFile, keyFile };
	}
}

function openssl(...args: readonly string[]): void {
	execFileSync("openssl", args, { stdio: ["ignore", "pipe", "pipe"] });
}
