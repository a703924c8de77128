import { X509Certificate } from "node:crypto";
import type { SecureContextOptions } from "node:tls";
import {
	authenticate,
	type PeerCertificate,
	SASL_URI,
	type Session,
	startTls,
	TLS,
} from "../beep/index.js";
import type { Domain, Log } from "../names/index.js";
import { namesRelay, relayDomainsOf } from "./certificate-names.js";

/** What is handed in for sessions with other relays. */
export interface OtherRelaysParts {
	/** The domains that this relay serves. */
	readonly domains: readonly Domain[];
	/** Our certificate, and the authorities that vouch for others; by default those that Node trusts. */
	readonly context: () => SecureContextOptions | undefined;
	/** Whether a session to the relay of a domain may do without TLS. */
	readonly mayBePlain: (session: Session, domain: Domain) => boolean;
	/** What the certificate of a domain's relay names: the domain, or the address in its literal. */
	readonly nameOf: (domain: Domain) => string;
	readonly log: Log;
}

/** Whom other relays show themselves to be, and how this one shows who it is. RFC 3340 §3.5, §4.5.2 */
export class OtherRelays {
	readonly #parts: OtherRelaysParts;
	readonly #known = new WeakMap<Session, readonly Domain[]>();

	constructor(parts: OtherRelaysParts) {
		this.#parts = parts;
	}

	/**
	 * Goes over to TLS with the relay that was dialled for a domain, wherever it offers that, and
	 * says who we are, where it asks. What the DNS says of a domain counts for nothing here.
	 *
	 * @throws Error where its certificate does not name the domain, or where it offers no TLS and
	 *   nothing says that it need not; BeepError where it declines, or goes away
	 */
	async tune(session: Session, domain: Domain): Promise<void> {
		const { profiles } = await session.greeting;
		if (profiles.includes(TLS)) {
			await this.#goOverToTls(session, domain);
			await this.#sayWhoWeAre(session);
		} else if (!this.#parts.mayBePlain(session, domain)) {
			throw new Error(`the relay of ${domain} offers no TLS`);
		}
	}

	/** Whether the relay at the other end of a session that was dialled is that of a domain, too. */
	speaksFor(session: Session, domain: Domain): boolean {
		const { mayBePlain, nameOf } = this.#parts;
		return session.isEncrypted
			? namesRelay(session.certificate, nameOf(domain))
			: mayBePlain(session, domain);
	}

	/**
	 * The domains that a relay has shown itself to be: who was dialled by its certificate, and
	 * who dialled once it has logged in with its own.
	 */
	identities(session: Session): readonly Domain[] {
		const { role, identity, isEncrypted } = session;
		const hasShown = role === "initiator" ? isEncrypted : identity;
		if (!hasShown) return [];
		// nothing can change any more, and whoever is trusted is asked about with all its data
		const known =
			this.#known.get(session) ?? relayDomainsOf(session.certificate);
		this.#known.set(session, known);
		return known;
	}

	async #goOverToTls(session: Session, domain: Domain): Promise<void> {
		const { context, nameOf } = this.#parts;
		const name = nameOf(domain);
		await startTls(session, {
			...context(),
			servername: name,
			// it is asked once an authority vouches for the certificate
			checkServerIdentity: (_name, { raw }) =>
				namesRelay(vouchedFor(raw), name)
					? undefined
					: new Error(`the relay's certificate does not name ${name}`),
		});
	}

	/** A relay that does not believe it may still know us by our address. */
	async #sayWhoWeAre(session: Session): Promise<void> {
		const { log } = this.#parts;
		const domain = this.#ownDomain();
		const { profiles } = await session.greeting;
		if (domain === undefined || !profiles.includes(`${SASL_URI}EXTERNAL`)) {
			return;
		}
		try {
			await authenticate(session, {
				mechanisms: ["EXTERNAL"],
				authorization: domain,
			});
		} catch (err) {
			if (session.closed) throw err;
			const { peer } = session;
			log.warn({ peer, domain, err }, "another relay refuses our certificate");
		}
	}

	/** The first of our domains that our own certificate names. */
	#ownDomain(): Domain | undefined {
		const { context, domains } = this.#parts;
		const cert = context()?.cert;
		if (!Buffer.isBuffer(cert)) return undefined;
		const ours = relayDomainsOf(vouchedFor(cert));
		return domains.find((domain) => ours.includes(domain));
	}
}

function vouchedFor(certificate: Buffer): PeerCertificate {
	return { x509: new X509Certificate(certificate), authorized: true };
}
