import { readFileSync } from "node:fs";
import { createSecureContext, type SecureContextOptions } from "node:tls";
import { type Domain, parseDomain } from "../names/index.js";

/** Where a certificate and its key are, in PEM. */
export interface CertificatePaths {
	/** The certificate, and those that lead to its authority. */
	readonly cert: string;
	readonly key: string;
}

/** Where the certificates of a server are. */
export interface TlsPaths extends CertificatePaths {
	/** The authorities that vouch for peers, in PEM. Without it no peer is asked for a certificate. */
	readonly ca?: string | undefined;
	/** For those who ask for one of these domains; whoever asks for another gets the one above. */
	readonly domains?: ReadonlyMap<Domain, CertificatePaths> | undefined;
}

/** Certificates and keys, as they were in their files when these were last read. */
export class TlsFiles {
	readonly #paths: TlsPaths;
	#read: Read;

	/** @throws Error that names the file, or says that the key is not that of the certificate */
	constructor(paths: TlsPaths) {
		this.#paths = paths;
		this.#read = read(paths);
	}

	/** Whether there are authorities that vouch for peers. */
	get knowsPeers(): boolean {
		return this.#paths.ca !== undefined;
	}

	/**
	 * For a negotiation from now on.
	 *
	 * @param serverName whom the peer wants this side to be, if it says so
	 */
	context(serverName = ""): SecureContextOptions {
		const { domains, other } = this.#read;
		const domain = parseDomain(serverName);
		return (domain && domains.get(domain)) ?? other;
	}

	/** Reads all files again. @throws as the constructor; what was there before stays in use */
	reload(): void {
		this.#read = read(this.#paths);
	}
}

interface Read {
	readonly domains: ReadonlyMap<Domain, SecureContextOptions>;
	readonly other: SecureContextOptions;
}

function read({ ca, domains, ...paths }: TlsPaths): Read {
	const each = [...(domains ?? [])].map(
		([domain, paths]) => [domain, contextOf(paths, ca)] as const,
	);
	return { domains: new Map(each), other: contextOf(paths, ca) };
}

function contextOf(
	{ cert, key }: CertificatePaths,
	ca: string | undefined,
): SecureContextOptions {
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
