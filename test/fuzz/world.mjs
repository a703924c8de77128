import { Duplex } from "node:stream";
import { Clock } from "./clock.mjs";
import { APEX, NAMES, TYPE } from "./corpus-messages.mjs";

const START = Date.UTC(2000, 4, 14, 21, 2, 0);
const DOMAIN = "example.com";
const HONEST = `honest@${DOMAIN}`;
const DAY = 24 * 3600 * 1000;
/** Longer than any subscription, and than what is owed to those who are away. */
const AGES = 2 ** 31 * 1000 + 8 * DAY;

/** The server's end of a connection; what it writes goes to a function. */
class End extends Duplex {
	/** @param {(octets: string | Buffer) => void} written */
	constructor(written) {
		super({ decodeStrings: false });
		this.written = written;
		this.once("finish", () => this.destroy());
	}

	_read() {}

	_write(octets, _encoding, done) {
		this.written(octets);
		done();
	}
}

/**
 * A relay with all its services over a store in memory: what a server does but for its sockets
 * and its disk. All who may attach are known, so that its state is bounded.
 */
export class World {
	#library;
	#clock = new Clock(START);
	#log;
	#store;
	#relay;
	#presence;
	#profiles;
	#honest;
	/** What the honest client heard last. */
	#heard = 0;
	#sent = 0;

	/** @param {Record<string, any>} library */
	constructor(library, log) {
		this.#library = library;
		this.#log = log;
	}

	/** @param {{cert: Buffer, key: Buffer} | undefined} certified for TLS */
	async open(certified) {
		const library = this.#library;
		const [clock, log] = [this.#clock, this.#log];
		const store = new library.MemoryStore({ clock });
		this.#store = store;
		const accounts = await library.Accounts.load(store, { iterations: 1 });
		const access = await library.Access.load(store, [
			...library.standardDefaults,
			library.ownSubaddresses,
			...library.serviceDefaults,
			library.devDefaults(DOMAIN),
		]);
		const isValid = (endpoint) => this.#presence.isValid(endpoint);
		const relay = new library.Relay({
			...{ clock, log, decide: access.decide },
			isOurs: (domain) => domain === DOMAIN,
			mayAttach: (_, who) => [...NAMES, HONEST].includes(who),
			mayBind: (_, domain) =>
				["example.net", "rubble.example"].includes(domain),
			isTrusted: () => false,
			attached: async () => {},
			hold: {
				...{ store, isValid },
				limits: { messages: 100, octets: 100_000, age: DAY },
			},
		});
		const { post } = relay;
		const face = new library.ApexFace({ post, clock, offset: "Z" });
		const presence = new library.Presence({
			...{ store, clock, log, allows: access.decide, faces: [face] },
		});
		this.#relay = relay;
		this.#presence = presence;
		await presence.load();
		relay.addService(
			new library.PresenceService({ presence, face, post, log }),
		);
		access.feed((owner) => presence.accessChanged(owner));
		const operations = new library.AccessOperations({ access, clock, isValid });
		relay.addService(
			new library.AccessService({ operations, offset: "Z", post, log }),
		);
		relay.addService(
			new library.ReportService({
				...{ domains: [DOMAIN], post, log, random: () => 0.5 },
			}),
		);
		await relay.load();
		const known = [...NAMES.filter((name) => !name.includes("/")), HONEST];
		const provisioned = known.map((name) => presence.provision(name));
		store.sync();
		await Promise.all(provisioned);
		const account = accounts.set(NAMES[0], "secret", { digest: true });
		while (accounts.get(NAMES[0]) === undefined) {
			store.sync();
			await new Promise(setImmediate);
		}
		await account;
		this.#profiles = [
			relay.profile(),
			...library.saslProfiles({
				...{ mechanisms: [...library.MECHANISMS], credentials: accounts, log },
				decoys: accounts.decoys,
				digest: { realms: [DOMAIN] },
				external: () => [],
				anonymous: () => "anonymous",
			}),
			...(certified ? [library.tlsProfile({ context: () => certified })] : []),
		];
		await this.#openHonest();
	}

	/** A session of the server. @param {(octets: string) => void} heard @returns {{end: Duplex, session: any}} */
	connect(peer, heard) {
		const end = new End((octets) =>
			heard(typeof octets === "string" ? octets : octets.latin1Slice()),
		);
		const session = new this.#library.Session(end, {
			...{ role: "listener", profiles: this.#profiles, log: this.#log, peer },
		});
		return { end, session };
	}

	/** Makes durable, and tells, what was decided, and lets time pass. */
	pass(ms) {
		this.#store.sync();
		this.#clock.advance(ms);
	}

	/** Whether the honest client was served since it was asked for the last time; asks again. */
	served() {
		const served = this.#heard === this.#sent;
		this.#sent += 1;
		this.#honest
			.request(
				`${TYPE}<data content='#C'><originator identity='${HONEST}'/><recipient identity='${HONEST}'/><data-content Name='C'><n n='${this.#sent}'/></data-content></data>`,
			)
			.catch(() => {});
		return served;
	}

	/** Ends it: every session must have ended before. */
	async close() {
		this.#honest.session.abort("over");
		for (let turn = 0; turn < 20; turn += 1) {
			this.pass(AGES / 20);
			await new Promise(setImmediate);
		}
		this.#presence.close();
		this.#relay.stop();
	}

	async #openHonest() {
		const { Session } = this.#library;
		let other;
		const { end } = this.connect("the honest client", (octets) =>
			other.push(Buffer.from(octets, "latin1")),
		);
		other = new End((octets) =>
			end.push(
				typeof octets === "string" ? Buffer.from(octets, "latin1") : octets,
			),
		);
		const session = new Session(other, { role: "initiator" });
		const { channel } = await session.start(APEX, {
			handler: {
				message: (request) => {
					const heard = /n="?'?(\d+)/.exec(request.payload.toString());
					this.#heard = Number(heard?.[1]);
					request.reply(`${TYPE}<ok />`);
				},
			},
		});
		this.#honest = channel;
		await channel.request(`${TYPE}<attach endpoint='${HONEST}' transID='1'/>`);
	}
}
