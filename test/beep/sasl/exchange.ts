// Exchanges without sessions: a server's side and a client's side that talk to each other.

import { randomBytes } from "node:crypto";
import {
	type Credentials,
	decoys,
	digestSecret,
	type MechanismName,
	prepared,
	type ScramHash,
	verifierOf,
} from "../../../src/beep/index.js";
import { clientMechanisms } from "../../../src/beep/sasl/client/index.js";
import { serverMechanism } from "../../../src/beep/sasl/server/index.js";
import type {
	ClientContext,
	ClientExchange,
	ServerContext,
	ServerExchange,
	ServerStep,
} from "../../../src/beep/sasl/types.js";

export const FRED = "fred@example.com";
export const PASSWORD = "yabba dabba doo";
export const REALM = "example.com";

/** As few iterations as a client takes, so that tests are quick. */
export const ITERATIONS = 4096;

export const decoysOf = () => decoys(Buffer.alloc(32, 7), ITERATIONS);

/** Accounts whose passwords are known here; a server has verifiers alone. */
export function credentials(
	passwords: Readonly<Record<string, string>> = { [FRED]: PASSWORD },
): Credentials {
	const known = new Map(Object.entries(passwords));
	return {
		canonical: (name) => name.replace(/@.*/, (domain) => domain.toLowerCase()),
		async verifier(name, hash: ScramHash) {
			const password = prepared(known.get(name) ?? "", "stored");
			if (password === undefined) return undefined;
			const salt = Buffer.from(`salt of ${name}`);
			return verifierOf(hash, password, { salt, iterations: ITERATIONS });
		},
		async digest(name, realm) {
			const password = prepared(known.get(name) ?? "", "stored");
			if (password === undefined || realm !== REALM) return undefined;
			return digestSecret(name, realm, password);
		},
	};
}

export function serverContext(
	more: Partial<ServerContext> = {},
): ServerContext {
	return {
		credentials: credentials(),
		decoys: decoysOf(),
		random: randomBytes,
		isEncrypted: true,
		channelBinding: () => undefined,
		isBindingOffered: true,
		external: () => [],
		anonymous: () => undefined,
		mayActAs: () => false,
		admit: async () => {},
		...more,
	};
}

export function clientContext(
	more: Partial<ClientContext> = {},
): ClientContext {
	return {
		user: FRED,
		password: PASSWORD,
		host: "server.example.com",
		random: randomBytes,
		isEncrypted: true,
		channelBinding: () => undefined,
		isBindingOffered: false,
		...more,
	};
}

export function server(
	name: MechanismName,
	more: Partial<ServerContext> = {},
): ServerExchange {
	const mechanism = serverMechanism(name, { realms: [REALM] });
	return mechanism.begin(serverContext(more));
}

export function client(
	name: MechanismName,
	more: Partial<ClientContext> = {},
): ClientExchange {
	return clientMechanisms[name].begin(clientContext(more));
}

/**
 * Lets the two talk until the server says that all is well.
 *
 * @param wire sees, and may change, what the client says
 */
export async function run(
	here: ServerExchange,
	there: ClientExchange,
	wire: (message: Buffer, index: number) => Buffer = (message) => message,
): Promise<Extract<ServerStep, { kind: "success" }>> {
	let said = 0;
	let response = there.initial && wire(there.initial, said++);
	for (;;) {
		const step = await here.step(response);
		if (step.kind === "success") {
			if (step.blob !== undefined) await there.step(step.blob);
			there.complete();
			return step;
		}
		response = wire(await there.step(step.blob), said++);
	}
}
