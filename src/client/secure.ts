import {
	authenticate,
	type Greeting,
	type MechanismName,
	SASL_URI,
	type Session,
	startTls,
	TLS,
} from "../beep/index.js";
import { ConnectionError } from "./error.js";

/** How the relay shows who it is. */
export interface TlsOptions {
	/** The authorities that vouch for it, in PEM; by default those that Node trusts. */
	readonly ca?: string | Buffer;
	/** Whom its certificate must name; by default the domain, or the host, that is connected to. */
	readonly servername?: string;
}

/** As whom an application logs in. */
export interface Login {
	/** An endpoint, without a subaddress. */
	readonly user: string;
	/** Or who is asked for it, where the relay wants one. */
	readonly password: string | (() => Promise<string>);
	/** Those that will do, the dearest first; by default SCRAM, which gives no password away. */
	readonly mechanisms?: readonly MechanismName[];
}

/** What makes a session one that others can neither read nor use. */
export interface Security {
	readonly tls?: TlsOptions | undefined;
	readonly login?: Login | undefined;
}

/** What is known of the connection below. */
export interface Connected extends Security {
	/** Whom the relay's certificate must name, where `tls` does not say so. */
	readonly name: string;
	/** Of the other end. */
	readonly address: string | undefined;
	/** Waits for the relay, but not forever. */
	within<Result>(work: Promise<Result>, what: string): Promise<Result>;
}

/**
 * TLS, wherever the relay offers it; and then a login, wherever it offers one.
 *
 * @throws ConnectionError where others could read along; BeepError with the code of a refusal
 */
export async function secure(
	session: Session,
	{ tls, login, name, address, within }: Connected,
): Promise<void> {
	const { profiles } = await within(session.greeting, "the greeting");
	if (profiles.includes(TLS)) {
		const { servername = name, ca } = tls ?? {};
		const started = startTls(session, { servername, ...(ca && { ca }) });
		await within(started, "TLS").catch((error: Error) => {
			// where the relay has not refused, it is the certificate that is no good
			if (!session.closed) throw error;
			throw new ConnectionError(`no TLS with ${servername}: ${error.message}`);
		});
	} else if (!isLoopback(address)) {
		throw new ConnectionError(`${name} offers no TLS, and others may listen`);
	}
	if (login !== undefined && offersLogin(await session.greeting)) {
		const { user, mechanisms } = login;
		const password = await passwordOf(login);
		const done = authenticate(session, {
			...{ user, password },
			...(mechanisms && { mechanisms }),
		});
		await within(done, "the login");
	}
}

function offersLogin({ profiles }: Greeting): boolean {
	return profiles.some((uri) => uri.startsWith(SASL_URI));
}

async function passwordOf({ password }: Login): Promise<string> {
	return typeof password === "string" ? password : await password();
}

/** Whether what is sent there stays on this machine. */
function isLoopback(address = ""): boolean {
	return address === "::1" || /^(::ffff:)?127(\.\d+){3}$/i.test(address);
}
