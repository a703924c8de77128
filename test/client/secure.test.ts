import { describe, expect, it, onTestFinished } from "vitest";
import {
	decoys,
	type Profile,
	Session,
	saslProfiles,
} from "../../src/beep/index.js";
import { secure } from "../../src/client/secure.js";
import { pair } from "../apex/pair.js";

/** A client's session with a server that knows nobody. */
function sessionWith(profiles: readonly Profile[]): Session {
	const [here, there] = pair();
	const listener = new Session(there, { role: "listener", profiles });
	onTestFinished(() => listener.abort("the test is over"));
	return new Session(here, { role: "initiator" });
}

const sasl = saslProfiles({
	mechanisms: ["SCRAM-SHA-256"],
	credentials: { canonical: (name) => name, verifier: async () => undefined },
	decoys: decoys(Buffer.alloc(32), 4096),
});

/** Secures a session. @returns how often the password was asked for */
async function securing(
	address: string | undefined,
	profiles: readonly Profile[] = sasl,
): Promise<{ asked: number; error: unknown }> {
	let asked = 0;
	const error = await secure(sessionWith(profiles), {
		login: {
			user: "fred@example.com",
			password: async () => {
				asked += 1;
				return "yabba dabba doo";
			},
		},
		name: "example.com",
		address,
		within: (work) => work,
	}).catch((reason: unknown) => reason);
	return { asked, error };
}

describe("a session without TLS", () => {
	it.each([
		"192.0.2.1",
		"::ffff:192.0.2.1",
		"2001:db8::1",
		"127.example",
		undefined,
	])("with %s is no good, and no password is asked for", async (address) => {
		const { asked, error } = await securing(address);
		expect(error).toMatchObject({ name: "ConnectionError" });
		expect(asked).toBe(0);
	});

	it.each(["127.0.0.1", "127.3.2.1", "::1", "::ffff:127.0.0.1"])(
		"with %s goes on to the login",
		async (address) => {
			expect(await securing(address)).toMatchObject({
				asked: 1,
				error: { code: 535 },
			});
		},
	);

	it("asks for no password where the server wants none", async () => {
		expect(await securing("127.0.0.1", [])).toEqual({
			asked: 0,
			error: undefined,
		});
	});
});
