/** The XMPP gateway of a server. */
import { readFileSync } from "node:fs";
import type { Config } from "./config/index.js";
import type { Core } from "./core.js";
import { Xmpp } from "./gateways/xmpp/index.js";
import type { Clock, Log, Random } from "./names/index.js";

/**
 * Starts it, if it is configured. A server that cannot be reached is tried again and again.
 *
 * @throws Error where the file of the secret cannot be read, or is empty
 */
export async function startXmpp(
	{ xmpp: at, domains, limits }: Config,
	{ cpp, xmppRows: store }: Core,
	parts: { clock: Clock; log: Log; random: Random },
): Promise<Xmpp | undefined> {
	if (at === undefined) return undefined;
	const xmpp = new Xmpp({
		...{ ...parts, cpp, domains, store, limits },
		component: { domain: at.component, ...at.server, password: secretOf(at) },
		guestDomains: at.domains,
	});
	await xmpp.start();
	return xmpp;
}

function secretOf({
	password,
	passwordFile = "",
}: NonNullable<Config["xmpp"]>): string {
	if (password !== undefined) return password;
	const [line = ""] = readFileSync(passwordFile, "utf8").split(/\r?\n/);
	if (line === "") throw new Error(`${passwordFile}: its first line is empty`);
	return line;
}
