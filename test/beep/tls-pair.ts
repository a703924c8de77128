// Two sessions over TCP that may go over to TLS, and the certificates for that.

import type { Socket } from "node:net";
import { afterAll, afterEach } from "vitest";
import {
	connect,
	listen,
	type Profile,
	Session,
	type SessionOptions,
	type TlsProfileOptions,
	tlsProfile,
} from "../../src/beep/index.js";
import { Authority } from "./certificates.js";
import { echo } from "./pair.js";

export const authority = new Authority();
export const one = authority.certify("DNS:one.example,IP:127.0.0.1");
export const other = authority.certify("DNS:other.example");
export const user = authority.certify(
	"URI:pres:fred@one.example,DNS:user.example",
);
afterAll(() => authority.remove());

const open: { close(): void }[] = [];
afterEach(() => {
	for (const one of open.splice(0)) one.close();
});

/** The TLS profile of a server with two names. */
export function named(more: Partial<TlsProfileOptions> = {}): Profile {
	return tlsProfile({
		context: (name = "one.example") =>
			({ "one.example": one, "other.example": other })[name],
		...more,
	});
}

/** Offered only where nobody can listen in. */
export function secret(): Profile {
	return {
		...echo(),
		withheld: ({ isEncrypted }) =>
			isEncrypted ? undefined : { code: 538, text: "encryption required" },
	};
}

/** Two sessions over TCP. */
async function sockets(): Promise<[Socket, Socket]> {
	let arrived: (socket: Socket) => void = () => {};
	const arrival = new Promise<Socket>((resolve) => {
		arrived = resolve;
	});
	const server = await listen({ host: "127.0.0.1", port: 0 }, arrived);
	const address = server.address();
	if (address === null || typeof address === "string") throw new Error();
	const there = await connect({ host: "127.0.0.1", port: address.port });
	const here = await arrival;
	open.push({ close: () => [here, there].map((side) => side.destroy()) });
	server.close();
	return [here, there];
}

export async function pair(
	listening: Partial<SessionOptions> = {},
	initiating: Partial<SessionOptions> = {},
): Promise<{ listener: Session; initiator: Session }> {
	const [here, there] = await sockets();
	return {
		listener: new Session(here, { role: "listener", ...listening }),
		initiator: new Session(there, { role: "initiator", ...initiating }),
	};
}

/** A log that keeps its warnings. */
export function keeping(): {
	log: NonNullable<SessionOptions["log"]>;
	said: string[];
} {
	const said: string[] = [];
	const nothing = (): void => {};
	const keep = (fields: object, text: string): void => {
		said.push(`${text} ${JSON.stringify(fields)}`);
	};
	return {
		log: { debug: nothing, info: nothing, warn: keep, error: keep },
		said,
	};
}

/** What a client of this authority says. */
export function trusting(servername = "one.example"): {
	servername: string;
	ca: Buffer;
} {
	return { servername, ca: authority.ca };
}
