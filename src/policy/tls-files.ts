import { readFileSync } from "node:fs";
import { createSecureContext, type SecureContextOptions } from "node:tls";

/** Where the certificate of a server is, in PEM. */
export interface TlsPaths {
	/** The certificate, and those that lead to its authority. */
	readonly cert: string;
	readonly key: string;
	/** The authorities that vouch for peers. Without it no peer is asked for a certificate. */
	readonly ca?: string | undefined;
}

/** A certificate and its key, as they were in their files when these were last read. */
export class TlsFiles {
	readonly #paths: TlsPaths;
	#context: SecureContextOptions;

	/** @throws Error that names the file, or says that the key is not that of the certificate */
	constructor(paths: TlsPaths) {
		this.#paths = paths;
		this.#context = read(paths);
	}

	/** For negotiations from now on. */
	get context(): SecureContextOptions {
		return this.#context;
	}

	/** Whether there are authorities that vouch for peers. */
	get knowsPeers(): boolean {
		return this.#paths.ca !== undefined;
	}

	/** Reads the files again. @throws as the constructor; what was there before stays in use */
	reload(): void {
		this.#context = read(this.#paths);
	}
}

function read({ cert, key, ca }: TlsPaths): SecureContextOptions {
	const context = {
		cert: readFileSync(cert),
		key: readFileSync(key),
		...(ca !== undefined && { ca: readFileSync(ca) }),
	};
	try {
		createSecureContext(context);
	} catch (error) {
		const files = [cert, key, ca].filter((path) => path !== undefined);
		throw new Error(`${files.join(", ")}: ${(error as Error).message}`);
	}
	return context;
}
