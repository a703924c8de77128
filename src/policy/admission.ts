import type { Accounts } from "../accounts/index.js";
import {
	type Attempts,
	type Credentials,
	type Identity,
	MECHANISMS,
	type MechanismName,
	type Profile,
	type ReplyError,
	type Session,
	saslProfiles,
	tlsProfile,
} from "../beep/index.js";
import { type Config, guestDomains } from "../config/index.js";
import {
	addressOf,
	domainOf,
	type Endpoint,
	type Log,
	parseEndpoint,
} from "../names/index.js";
import { endpointsOf, relayDomainsOf } from "./certificate-names.js";
import type { TlsFiles } from "./tls-files.js";

/** What an admission is handed besides the configuration. */
export interface AdmissionParts {
	readonly accounts: Pick<Accounts, keyof Credentials | "decoys" | "get">;
	/** Absent where nobody has to wait. */
	readonly attempts?: Attempts | undefined;
	/** Absent where there is no certificate. */
	readonly tls?: TlsFiles | undefined;
	readonly log: Log;
}

/** Whoever has not said who they are; no endpoint is called that. */
const NOBODY = "anonymous";

/** What a listener offers besides APEX, and what it wants before. */
interface Offer {
	readonly mechanisms: readonly MechanismName[];
	external(session: Session): readonly string[];
	/** Why a profile other than TLS cannot be used yet, if so. */
	plain(session: Session): ReplyError | undefined;
	/** Why APEX cannot be used yet, if so. */
	stranger(session: Session): ReplyError | undefined;
}

/**
 * How peers come in. What is asked of them follows from the configuration of the listener and
 * never from the address that they come from, which a proxy or a tunnel may have changed.
 */
export class Admission {
	readonly #config: Config;
	readonly #parts: AdmissionParts;
	readonly #tls: TlsFiles | undefined;

	constructor(config: Config, parts: AdmissionParts) {
		this.#config = config;
		this.#parts = parts;
		this.#tls = parts.tls;
	}

	/**
	 * What endpoints are offered: outside `--dev` APEX is withheld until they log in, and off
	 * loopback everything is until the session is encrypted.
	 *
	 * @param onLoopback that is where the listener is
	 */
	forEndpoints(apex: Profile, onLoopback: boolean): Profile[] {
		return [
			...this.#tlsProfiles(),
			...this.#offered(apex, {
				mechanisms: this.#mechanisms(),
				external: ({ certificate }) => endpointsOf(certificate),
				plain: onLoopback ? nothing : wantsTls,
				stranger: this.#config.dev ? nothing : wantsLogin,
			}),
		];
	}

	/** What endpoints are offered over a transport that is encrypted below, or never leaves the host. */
	forTunnelled(apex: Profile): Profile[] {
		return this.#offered(apex, {
			mechanisms: this.#mechanisms().filter((name) => name !== "EXTERNAL"),
			external: () => [],
			plain: nothing,
			stranger: this.#config.dev ? nothing : wantsLogin,
		});
	}

	/** What relays are offered: those without a certificate may be known by their address. */
	forRelays(apex: Profile): Profile[] {
		return [
			...this.#tlsProfiles(),
			...this.#offered(apex, {
				mechanisms: this.#tls?.knowsPeers ? ["EXTERNAL"] : [],
				external: ({ certificate }) => relayDomainsOf(certificate),
				plain: nothing,
				stranger: nothing,
			}),
		];
	}

	/** Whether a peer may attach as an endpoint, RFC 3340 §4.4.1 step 3. */
	mayAttach({ identity }: Session, endpoint: Endpoint): boolean {
		const config = this.#config;
		// whoever has other credentials of the same name is somebody else
		if (guestDomains(config).includes(domainOf(endpoint))) return false;
		if (config.dev) return true;
		const names = identity === undefined ? [] : this.#names(identity);
		// RFC 3340 §2.2: an endpoint has its subaddresses to itself
		return [endpoint, addressOf(endpoint)].some((one) => names.includes(one));
	}

	/** As whom a peer may attach; nobody, where its account was removed while it logged in. */
	#names({ mechanism, name }: Identity): readonly string[] {
		if (mechanism === "ANONYMOUS") return this.#config.sasl?.anonymous ?? [];
		if (mechanism === "EXTERNAL") return [name];
		const account = parseEndpoint(name);
		return account && this.#parts.accounts.get(account) ? [account] : [];
	}

	#mechanisms(): MechanismName[] {
		const { dev, sasl } = this.#config;
		if (dev && sasl === undefined) return [];
		const { mechanisms = MECHANISMS, digest, anonymous = [] } = sasl ?? {};
		return MECHANISMS.filter((name) => {
			if (name === "DIGEST-MD5") return digest;
			if (name === "ANONYMOUS") return anonymous.length > 0;
			if (name === "EXTERNAL" && !this.#tls?.knowsPeers) return false;
			return mechanisms.includes(name);
		});
	}

	#offered(apex: Profile, offer: Offer): Profile[] {
		const { plain, stranger, external, mechanisms } = offer;
		const { accounts, attempts, log } = this.#parts;
		const sasl = saslProfiles({
			mechanisms,
			credentials: accounts,
			decoys: accounts.decoys,
			digest: { realms: this.#config.domains },
			external,
			anonymous: () => NOBODY,
			...(attempts && { attempts }),
			log,
		});
		return [
			...sasl.map((profile) => withheld(profile, plain)),
			withheld(apex, (session) => plain(session) ?? stranger(session)),
		];
	}

	#tlsProfiles(): Profile[] {
		const tls = this.#tls;
		if (tls === undefined) return [];
		return [
			tlsProfile({
				context: (serverName) => tls.context(serverName),
				requestCert: tls.knowsPeers,
			}),
		];
	}
}

const nothing = (): undefined => undefined;

function wantsTls({ isEncrypted }: Session): ReplyError | undefined {
	return isEncrypted ? undefined : { code: 538, text: "encryption required" };
}

function wantsLogin({ identity }: Session): ReplyError | undefined {
	return identity ? undefined : { code: 530, text: "authentication required" };
}

function withheld(
	profile: Profile,
	why: (session: Session) => ReplyError | undefined,
): Profile {
	return {
		...profile,
		withheld: (session) => why(session) ?? profile.withheld?.(session),
	};
}
