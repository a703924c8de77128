// The TLS profile against another implementation of both BEEP and TLS: test/foreign/tls.py.

import { execFile, spawnSync } from "node:child_process";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import {
	listen,
	type Profile,
	Session,
	startTls,
} from "../../src/beep/index.js";
import { echo, echoing } from "./pair.js";
import {
	authority,
	keeping,
	named,
	one,
	other,
	secret,
	trusting,
	user,
} from "./tls-pair.js";

const here = fileURLToPath(new URL("../foreign/", import.meta.url));
const hasPython = spawnSync("python3", ["--version"]).status === 0;
if (!hasPython) {
	console.warn(
		"\n*** SKIPPED: this needs python3, and there is none. TLS was not checked against a foreign client. ***\n",
	);
}

/** Asks for TLS where the peer wants this side to. */
const turning: Profile = {
	...echo(),
	uri: "http://example.com/turn",
	withheld: ({ isEncrypted }) =>
		isEncrypted ? { code: 550, text: "nothing to turn" } : undefined,
	start: ({ session }) => ({
		handler: echoing,
		started: () => {
			startTls(session, trusting("user.example")).catch((error: Error) =>
				session.abort(error.message),
			);
		},
	}),
};

/** Runs the foreign program. @returns its exit code and what it said */
function python(
	...args: readonly string[]
): Promise<{ code: unknown; output: string }> {
	return new Promise((resolve) => {
		execFile(
			"python3",
			["-B", "tls.py", ...args],
			{ cwd: here },
			(error, output, complaints) =>
				resolve({ code: error?.code ?? 0, output: output + complaints }),
		);
	});
}

test.runIf(hasPython)(
	"a peer in Python goes over to TLS, in both roles",
	async () => {
		const { log, said } = keeping();
		const shown = new Set<string | undefined>();
		const profiles = [
			named({
				context: (name) => ({
					...(name === "other.example" ? other : one),
					ca: authority.ca,
				}),
				requestCert: true,
			}),
			turning,
			{
				...secret(),
				start: ({ session }) => {
					if (session.certificate?.authorized)
						shown.add(session.certificate.x509.subjectAltName);
					return { handler: echoing };
				},
			} satisfies Profile,
		];
		const server = await listen({ host: "127.0.0.1", port: 0 }, (socket) => {
			new Session(socket, { role: "listener", profiles, log });
		});
		const { port } = server.address() as AddressInfo;
		const { caFile } = authority;
		const { certFile, keyFile } = user;
		const { code, output } = await python(
			...["127.0.0.1", String(port), caFile, certFile, keyFile],
		);
		server.close();
		expect(code, output).toBe(0);
		expect([...shown]).toEqual(["URI:pres:fred@one.example, DNS:user.example"]);
		// TLS 1.1, and no TLS at all
		expect(said).toHaveLength(2);
		for (const line of said) expect(line).toMatch(/^the tuning failed/);
	},
);
