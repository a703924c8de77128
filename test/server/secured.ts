// Servers with certificates and accounts, and peers that use them or do not.

import { onTestFinished } from "vitest";
import { Accounts } from "../../src/accounts/index.js";
import {
	type AuthenticateOptions,
	authenticate,
	type Channel,
	connect,
	Session,
	type StartTlsOptions,
	startTls,
} from "../../src/beep/index.js";
import type { ConfigInput } from "../../src/config/index.js";
import { beepXml, parseEntity } from "../../src/mime/index.js";
import { type Endpoint, silent } from "../../src/names/index.js";
import type { Server, ServerParts } from "../../src/server.js";
import { LevelStore } from "../../src/store/index.js";
import type { Authority } from "../beep/certificates.js";
import { attachXml, start, temporary } from "./harness.js";

export const APEX = "http://iana.org/beep/APEX";
export const FRED = "fred@example.com";
export const WILMA = "wilma@example.com";

/** What is no loopback address by its looks, and yet reaches nobody else. */
export const ELSEWHERE = "[::ffff:127.0.0.1]:0";

export function passwordOf(user: string): string {
	return `the password of ${user}`;
}

/** A folder with accounts, whose endpoints are known to the presence service. */
export async function withAccounts(...names: string[]): Promise<string> {
	const data = temporary();
	const server = await start({ data });
	const dev = await Peer.open(server);
	for (const name of names) await dev.attach(name);
	await server.close();
	const store = await LevelStore.open(data, { log: silent, failed: () => {} });
	const accounts = await Accounts.load(store);
	for (const name of names) {
		await accounts.set(name as Endpoint, passwordOf(name));
	}
	await store.close();
	return data;
}

/** A server that is not for a laptop. */
export function secured(
	flags: ConfigInput = {},
	parts: ServerParts = {},
): Promise<Server> {
	return start({ dev: false, ...flags }, parts);
}

/** The peer of a server. */
export class Peer {
	#channel: Channel | undefined;
	#transID = 0;

	private constructor(readonly session: Session) {}

	static async open({ address }: Pick<Server, "address">): Promise<Peer> {
		const session = new Session(await connect(address), { role: "initiator" });
		onTestFinished(() => session.abort("the test is over"));
		return new Peer(session);
	}

	/** The last part of the URI of each profile that is offered. */
	async offered(): Promise<string[]> {
		const { profiles } = await this.session.greeting;
		return profiles.map((uri) => uri.slice(uri.lastIndexOf("/") + 1));
	}

	async tls(
		authority: Authority,
		more: Partial<StartTlsOptions> = {},
	): Promise<this> {
		const { ca } = authority;
		await startTls(this.session, { servername: "example.com", ca, ...more });
		return this;
	}

	async login(
		user: string,
		more: Partial<AuthenticateOptions> = {},
	): Promise<this> {
		const password = passwordOf(user);
		await authenticate(this.session, { user, password, ...more });
		return this;
	}

	/** @returns "ok" or the code of the refusal */
	attach(endpoint: string): Promise<string> {
		this.#transID += 1;
		return this.ask(attachXml(endpoint, this.#transID));
	}

	/** @returns "ok" or the code of the refusal, of the start too */
	async ask(xml: string): Promise<string> {
		try {
			this.#channel ??= (
				await this.session.start(APEX, {
					handler: { message: (request) => request.reply(beepXml("<ok />")) },
				})
			).channel;
		} catch (error) {
			return String((error as { code?: number }).code);
		}
		const reply = await this.#channel.request(beepXml(xml));
		if (reply.kind !== "RPY" && reply.kind !== "ERR") return reply.kind;
		const answer = parseEntity(reply.payload).body.toString();
		return /code="(\d+)"/.exec(answer)?.[1] ?? "ok";
	}
}

/** The code with which work is refused. */
export async function codeOf(work: Promise<unknown>): Promise<number | string> {
	try {
		await work;
		return "done";
	} catch (error) {
		return (error as { code: number }).code;
	}
}
