import { expect, it } from "vitest";
import { Accounts } from "../../src/accounts/index.js";
import { Session } from "../../src/beep/index.js";
import { loadConfig } from "../../src/config/index.js";
import { type Endpoint, silent } from "../../src/names/index.js";
import { Admission } from "../../src/policy/index.js";
import { MemoryStore } from "../../src/store/index.js";
import { pair } from "../apex/pair.js";

const FRED = "fred@example.com" as Endpoint;

/** A store that does at once what it is asked to. */
class Prompt extends MemoryStore {
	protected override added(): void {
		queueMicrotask(() => this.sync());
	}
}

it.each([
	["SCRAM-SHA-256", false],
	["EXTERNAL", true],
])(
	"whoever logged in with %s while the account went attaches: %s",
	async (mechanism, may) => {
		const accounts = await Accounts.load(new Prompt(), { iterations: 4096 });
		const admission = new Admission(loadConfig({}), { accounts, log: silent });
		const session = new Session(pair()[0], { role: "listener" });
		await accounts.set(FRED, "yabba dabba doo");
		session.authenticated({ mechanism, name: FRED });
		expect(admission.mayAttach(session, FRED)).toBe(true);
		await accounts.remove(FRED);
		expect(admission.mayAttach(session, FRED)).toBe(may);
	},
);

it("whoever logged in as a user of another protocol's domain does not attach", async () => {
	const juliet = "juliet@capulet.example" as Endpoint;
	const accounts = await Accounts.load(new Prompt(), { iterations: 4096 });
	await accounts.set(juliet, "romeo");
	const xmpp = {
		...{ component: "apex.example.net", server: "127.0.0.1:5347" },
		...{ password: "swordfish", domains: ["capulet.example"] },
	};
	for (const flags of [{}, { xmpp }]) {
		const parts = { accounts, log: silent };
		const admission = new Admission(loadConfig({ flags }), parts);
		for (const mechanism of ["SCRAM-SHA-256", "EXTERNAL"]) {
			const session = new Session(pair()[0], { role: "listener" });
			session.authenticated({ mechanism, name: juliet });
			expect(admission.mayAttach(session, juliet)).toBe(!("xmpp" in flags));
		}
	}
});
