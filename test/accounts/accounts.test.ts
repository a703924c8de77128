import fc from "fast-check";
import { beforeEach, describe, expect, it, test } from "vitest";
import { type Account, Accounts } from "../../src/accounts/index.js";
import {
	authenticate,
	type MechanismName,
	saslProfiles,
} from "../../src/beep/index.js";
import { type Endpoint, parseEndpoint } from "../../src/names/index.js";
import { MemoryStore } from "../../src/store/index.js";
import { pair } from "../beep/pair.js";

const OPTIONS = { iterations: 4096 };
const PASSWORD = "yabba dabba doo";
const fred = endpoint("fred@example.com");
const wilma = endpoint("wilma@example.com");

function endpoint(name: string): Endpoint {
	const parsed = parseEndpoint(name);
	if (parsed === undefined) throw new Error(`${name} is no endpoint`);
	return parsed;
}

/** A store that does at once what it is asked to. */
class Prompt extends MemoryStore {
	protected override added(): void {
		queueMicrotask(() => this.sync());
	}
}

let store: MemoryStore;
let accounts: Accounts;
beforeEach(async () => {
	store = new Prompt();
	accounts = await Accounts.load(store, OPTIONS);
});

async function login(
	user: string,
	password: string,
	mechanism: MechanismName = "SCRAM-SHA-256",
	server: Accounts = accounts,
): Promise<string | undefined> {
	const { listener, initiator } = pair({
		profiles: saslProfiles({
			mechanisms: [mechanism],
			credentials: server,
			decoys: server.decoys,
			digest: { realms: ["example.com"] },
			isEncrypted: () => true,
		}),
	});
	await authenticate(initiator, {
		...{ user, password, mechanisms: [mechanism] },
		...{ isEncrypted: true, host: "server.example.com" },
	});
	return listener.identity?.name;
}

const BY_PASSWORD = ["SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN"] as const;

test.each(BY_PASSWORD)("an account logs in by %s", async (mechanism) => {
	await accounts.set(fred, PASSWORD);
	expect(await login(fred, PASSWORD, mechanism)).toBe(fred);
	expect(await login("fred@EXAMPLE.com", PASSWORD, mechanism)).toBe(fred);
	await expect(login(fred, "wilma", mechanism)).rejects.toMatchObject({
		code: 535,
	});
	await expect(login(wilma, PASSWORD, mechanism)).rejects.toMatchObject({
		code: 535,
	});
});

describe("DIGEST-MD5", () => {
	const attempt = () => login(fred, PASSWORD, "DIGEST-MD5");

	it("is for accounts that were made for it", async () => {
		await accounts.set(fred, PASSWORD);
		await expect(attempt()).rejects.toMatchObject({ code: 535 });
		await accounts.set(fred, PASSWORD, { digest: true });
		expect(await attempt()).toBe(fred);
		await accounts.set(fred, PASSWORD);
		await expect(attempt()).rejects.toMatchObject({ code: 535 });
	});

	it("has the domain of the account for its realm", async () => {
		await accounts.set(fred, PASSWORD, { digest: true });
		expect(await accounts.digest(fred, "example.com")).toHaveLength(16);
		expect(await accounts.digest(fred, "example.org")).toBeUndefined();
	});
});

test("a password that is set anew replaces the old one", async () => {
	await accounts.set(fred, PASSWORD);
	await accounts.set(fred, "pebbles");
	await expect(login(fred, PASSWORD)).rejects.toMatchObject({ code: 535 });
	expect(await login(fred, "pebbles")).toBe(fred);
});

test("who is removed is unknown", async () => {
	await accounts.set(fred, PASSWORD);
	await accounts.remove(fred);
	await expect(login(fred, PASSWORD)).rejects.toMatchObject({ code: 535 });
	await expect(accounts.remove(fred)).rejects.toThrow(
		"there is no account fred@example.com",
	);
});

test("accounts are listed by name", async () => {
	await accounts.set(wilma, PASSWORD);
	await accounts.set(fred, PASSWORD);
	expect(accounts.list().map(({ name }) => name)).toEqual([fred, wilma]);
});

describe("after a restart", () => {
	it("accounts are as they were", async () => {
		await accounts.set(fred, PASSWORD);
		await accounts.set(wilma, PASSWORD);
		await accounts.remove(wilma);
		const again = await Accounts.load(store.reopen(), OPTIONS);
		expect(again.list().map(({ name }) => name)).toEqual([fred]);
		expect(await login(fred, PASSWORD, "SCRAM-SHA-1", again)).toBe(fred);
	});

	it("unknown names get the salts that they had before", async () => {
		// it is on its way to the disk since the accounts were loaded
		await new Promise<void>((done) => store.settled(done));
		const again = await Accounts.load(store.reopen(), OPTIONS);
		const salt = (of: Accounts) => of.decoys.verifier("barney", "SHA-256").salt;
		expect(salt(again)).toEqual(salt(accounts));
		const other = await Accounts.load(new Prompt(), OPTIONS);
		expect(salt(other)).not.toEqual(salt(accounts));
	});
});

test("an unknown name is answered with as many iterations and as long a salt as a known one", async () => {
	await accounts.set(fred, PASSWORD);
	for (const hash of ["SHA-1", "SHA-256"] as const) {
		const known = await accounts.verifier(fred, hash);
		const decoy = accounts.decoys.verifier("barney", hash);
		expect(decoy.iterations).toBe(known?.iterations);
		expect(decoy.salt).toHaveLength(known?.salt.length ?? 0);
		expect(decoy.storedKey).toHaveLength(known?.storedKey.length ?? 0);
	}
});

test("the same password of two accounts is not seen to be the same", async () => {
	await accounts.set(fred, PASSWORD);
	await accounts.set(wilma, PASSWORD);
	const keys = await Promise.all(
		[fred, wilma].map((name) => accounts.verifier(name, "SHA-256")),
	);
	expect(keys[0]?.storedKey).not.toEqual(keys[1]?.storedKey);
});

test("nothing that is stored has the password in it", async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.string({ unit: fc.constantFrom(..."abcxyzABC019"), minLength: 6 }),
			async (password) => {
				await accounts.set(fred, password, { digest: true });
				const rows: unknown[] = [];
				for await (const row of store.inspect()) rows.push(row);
				const stored = JSON.stringify(rows);
				expect(stored).toContain(fred);
				expect(stored).not.toContain(password);
				for (const encoding of ["base64", "hex"] as const) {
					expect(stored).not.toContain(
						// up to where the encoding depends on what follows
						Buffer.from(password).toString(encoding).slice(0, 8),
					);
				}
			},
		),
		{ numRuns: 10 },
	);
});

describe("no account can", () => {
	it.each([
		["have a subaddress", "fred/appl=im@example.com", "subaddress"],
		["be a service", "apex=presence@example.com", "service"],
		["have a name that SASLprep changes", "fred\u00ad@example.com", "SASLprep"],
		["have a name that SASLprep refuses", "fred\ue000@example.com", "SASLprep"],
	])("%s", async (_what, name, problem) => {
		await expect(accounts.set(endpoint(name), PASSWORD)).rejects.toThrow(
			problem,
		);
	});

	it.each([
		["an empty password", ""],
		["a password of nothing that shows", "\u00ad"],
		["a password with a control character", "abc\u0007def"],
		[
			"a password with a character that Unicode 3.2 did not have",
			"abc\u{1f600}",
		],
	])("have %s", async (_what, password) => {
		const error = await accounts.set(fred, password).catch((error) => error);
		expect(error).toMatchObject({ name: "AccountError" });
		if (password !== "") expect(error.message).not.toContain(password);
		expect(accounts.get(fred)).toBeUndefined();
	});
});

test("the changes of one account are told when they are durable", async () => {
	const slow = new MemoryStore();
	const here = await Accounts.load(slow, OPTIONS);
	slow.sync();
	let told = false;
	const stored = new Promise<Account>((resolve) => {
		const { setAccount } = slow;
		slow.setAccount = (account, done) => {
			setAccount.call(slow, account, done);
			resolve(account);
		};
	});
	const setting = here.set(fred, PASSWORD).then(() => {
		told = true;
	});
	expect((await stored).name).toBe(fred);
	expect(told).toBe(false);
	slow.sync();
	await setting;
	expect(here.get(fred)?.name).toBe(fred);
});
