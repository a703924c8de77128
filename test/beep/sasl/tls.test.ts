// The SASL profiles after the TLS profile, over sockets.

import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import {
	authenticate,
	connect,
	listen,
	MECHANISMS,
	SASL_URI,
	Session,
	saslProfiles,
	startTls,
	tlsProfile,
} from "../../../src/beep/index.js";
import { Authority, type Certified } from "../certificates.js";
import { credentials, decoysOf, FRED, PASSWORD, REALM } from "./exchange.js";

const LOGIN = { user: FRED, password: PASSWORD };

let authority: Authority;
let certified: Certified;
let user: Certified;
beforeAll(() => {
	authority = new Authority();
	certified = authority.certify("DNS:example.com");
	user = authority.certify(`URI:pres:${FRED}`);
});
afterAll(() => authority.remove());

const open: Session[] = [];
afterEach(() => {
	for (const session of open.splice(0)) session.abort("the test is over");
});

/** What the certificate of a peer names, where it is any good. */
function named({ tls }: Session): string[] {
	if (!tls?.authorized) return [];
	const { subjectaltname = "" } = tls.getPeerCertificate();
	return subjectaltname
		.split(", ")
		.flatMap((name) => /^URI:pres:(.*)$/.exec(name)?.[1] ?? []);
}

async function sessions(): Promise<{ listener: Session; initiator: Session }> {
	const profiles = [
		tlsProfile({
			context: () => ({ ...certified, ca: authority.ca }),
			requestCert: true,
		}),
		...saslProfiles({
			mechanisms: MECHANISMS,
			credentials: credentials(),
			decoys: decoysOf(),
			digest: { realms: [REALM] },
			external: named,
		}),
	];
	let arrived: (session: Session) => void = () => {};
	const arrival = new Promise<Session>((resolve) => {
		arrived = resolve;
	});
	const server = await listen({ host: "127.0.0.1", port: 0 }, (socket) =>
		arrived(new Session(socket, { role: "listener", profiles })),
	);
	const address = server.address();
	if (address === null || typeof address === "string") throw new Error();
	const socket = await connect({ host: "127.0.0.1", port: address.port });
	const initiator = new Session(socket, { role: "initiator" });
	const listener = await arrival;
	server.close();
	open.push(initiator, listener);
	return { initiator, listener };
}

const under = (more = {}) => ({
	...{ servername: "example.com", ca: authority.ca },
	...more,
});

test("TLS brings PLAIN, EXTERNAL and PLUS into the greeting", async () => {
	const { initiator } = await sessions();
	const offered = async () => {
		const { profiles } = await initiator.greeting;
		return profiles
			.filter((uri) => uri.startsWith(SASL_URI))
			.map((uri) => uri.slice(SASL_URI.length));
	};
	expect(await offered()).toEqual([
		...["SCRAM-SHA-256", "SCRAM-SHA-1", "ANONYMOUS", "DIGEST-MD5"],
	]);
	await startTls(initiator, under());
	expect(await offered()).toEqual(MECHANISMS);
});

test("under TLS the password is proved with a binding to the connection", async () => {
	const { initiator, listener } = await sessions();
	await startTls(initiator, under());
	await authenticate(initiator, LOGIN);
	expect(listener.identity).toEqual({
		...{ mechanism: "SCRAM-SHA-256-PLUS", name: FRED },
	});
});

test("under TLS PLAIN may be asked for", async () => {
	const { initiator, listener } = await sessions();
	await startTls(initiator, under());
	await authenticate(initiator, { ...LOGIN, mechanisms: ["PLAIN"] });
	expect(listener.identity).toEqual({ mechanism: "PLAIN", name: FRED });
});

test("EXTERNAL: the peer is whom its certificate names", async () => {
	const { initiator, listener } = await sessions();
	await startTls(initiator, under({ cert: user.cert, key: user.key }));
	await authenticate(initiator, { mechanisms: ["EXTERNAL"] });
	expect(listener.identity).toEqual({ mechanism: "EXTERNAL", name: FRED });
});

test("EXTERNAL without a certificate is refused with 535", async () => {
	const { initiator } = await sessions();
	await startTls(initiator, under());
	await expect(
		authenticate(initiator, { mechanisms: ["EXTERNAL"] }),
	).rejects.toMatchObject({ code: 535 });
});

test("after SASL there is no TLS (RFC 3080 §4.1)", async () => {
	const { initiator } = await sessions();
	await authenticate(initiator, LOGIN);
	await expect(startTls(initiator, under())).rejects.toMatchObject({
		code: 550,
	});
});
