import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Accounts } from "../../src/accounts/index.js";
import {
	authenticate,
	Session,
	startTls,
	connect as tcp,
} from "../../src/beep/index.js";
import {
	type Attachment,
	type Client,
	connect,
	setAccess,
} from "../../src/client/index.js";
import { type Address, loadConfig } from "../../src/config/index.js";
import type { Dns } from "../../src/dns/index.js";
import { type Endpoint, ManualClock, silent } from "../../src/names/index.js";
import { type Server, startServer } from "../../src/server.js";
import { LevelStore } from "../../src/store/index.js";
import { START } from "../apex/harness.js";
import { Authority } from "../beep/certificates.js";
import { FRED, passwordOf, WILMA } from "../server/secured.js";

export const GUEST = "guest@example.com";

/** Where the address of a relay is looked up that nobody has bound for: there is none. */
const nowhere: Dns = { srv: async () => [], addresses: async () => [] };

// the fewest that a client takes: nobody here has to be kept from guessing
const ITERATIONS = 4096;

/**
 * The world of the tables: a server for example.com that is not for a laptop, where fred and
 * wilma have accounts, guest is whoever says nothing of themselves, and a relay of
 * rubble.example is known by its address.
 */
export class World {
	readonly #authority = new Authority();
	readonly #folder = mkdtempSync(join(tmpdir(), "apex-matrix-"));
	readonly #clock = new ManualClock(START);
	readonly #sessions: Session[] = [];
	#server: Server | undefined;
	#client: Client | undefined;
	#owner: Attachment | undefined;

	static async open(): Promise<World> {
		const world = new World();
		await world.#addAccounts(FRED, WILMA);
		await world.#start();
		await world.#settle();
		return world;
	}

	/** Fred, as a subaddress to which everything of fred's is permitted. */
	get owner(): Attachment {
		if (this.#owner === undefined) throw new Error("fred is not here");
		return this.#owner;
	}

	/** A session with nothing on it yet. */
	async session(): Promise<Session> {
		return this.#connected(this.#running.address);
	}

	/** A session at the listener for relays. */
	async relay(): Promise<Session> {
		const { mesh } = this.#running;
		if (mesh === undefined) throw new Error("it does not listen for relays");
		return this.#connected(mesh);
	}

	async tls(): Promise<Session> {
		const session = await this.session();
		const { ca } = this.#authority;
		await startTls(session, { servername: "example.com", ca });
		return session;
	}

	async anonymous(): Promise<Session> {
		const session = await this.session();
		await authenticate(session, { mechanisms: ["ANONYMOUS"] });
		return session;
	}

	/** A session, in the clear unless another is given, on which an account has logged in. */
	async login(user: string, on = this.session()): Promise<Session> {
		const session = await on;
		await authenticate(session, { user, password: passwordOf(user) });
		return session;
	}

	/** Ends every session but that of the owner. */
	hangUp(): void {
		for (const session of this.#sessions.splice(0)) session.abort("bye");
	}

	async close(): Promise<void> {
		this.hangUp();
		await this.#client?.close();
		await this.#server?.kill();
		this.#authority.remove();
		rmSync(this.#folder, { recursive: true, force: true });
	}

	get #running(): Server {
		if (this.#server === undefined) throw new Error("it does not run");
		return this.#server;
	}

	async #connected(address: Address): Promise<Session> {
		const session = new Session(await tcp(address), { role: "initiator" });
		this.#sessions.push(session);
		await session.greeting;
		return session;
	}

	async #addAccounts(...names: string[]): Promise<void> {
		const parts = { log: silent, failed: () => {} };
		const store = await LevelStore.open(this.#folder, parts);
		const accounts = await Accounts.load(store, { iterations: ITERATIONS });
		for (const name of names) {
			await accounts.set(name as Endpoint, passwordOf(name));
		}
		await store.close();
	}

	async #start(): Promise<void> {
		const { certFile, keyFile } = this.#authority.certify("DNS:example.com");
		const ca = this.#authority.caFile;
		const config = loadConfig({
			flags: {
				domains: ["example.com"],
				data: this.#folder,
				listen: "127.0.0.1:0",
				mesh: "127.0.0.1:0",
				tls: { cert: certFile, key: keyFile, ca },
				sasl: { anonymous: [GUEST] },
				peers: [{ address: "127.0.0.1", domains: ["rubble.example"] }],
			},
		});
		const parts = { clock: this.#clock, dns: nowhere };
		this.#server = await startServer(config, parts);
	}

	async #settle(): Promise<void> {
		this.#client = await connect({
			...this.#running.address,
			tls: { ca: this.#authority.ca, servername: "example.com" },
			login: { user: FRED, password: passwordOf(FRED) },
		});
		this.#owner = await this.#client.attach("fred/owner@example.com");
		await setAccess(this.#owner, {
			owner: FRED,
			actor: "pebbles@example.com",
			actions: ["core:data"],
		});
	}
}
