import { Cpp, CppFace } from "../../../src/cpp/index.js";
import {
	listenSip,
	Sip,
	type SipListener,
	type SipParts,
} from "../../../src/gateways/sip/index.js";
import { silent, systemClock } from "../../../src/names/index.js";
import { Presence, type PresenceStore } from "../../../src/presence/index.js";
import { MemoryStore } from "../../../src/store/index.js";
import { endpoint } from "../../presence/harness.js";
import { DOMAIN } from "./harness.js";

/** A store that commits by itself. */
class LiveStore extends MemoryStore {
	#due = false;

	protected override added(): void {
		if (this.#due) return;
		this.#due = true;
		setImmediate(() => {
			this.#due = false;
			this.sync();
		});
	}
}

/** A gateway on a port of this machine, by the machine's clock. */
export interface Live {
	readonly sip: Sip;
	readonly cpp: Cpp;
	readonly listener: SipListener;
	/** As `SipBench` has it: "wilma@example.com presence:subscribe fred@example.com". */
	readonly forbidden: Set<string>;
	close(): Promise<void>;
}

export async function startLive(
	names: readonly string[],
	parts: Partial<SipParts> = {},
	port = 0,
): Promise<Live> {
	const { clock = systemClock } = parts;
	const forbidden = new Set<string>();
	const face = new CppFace();
	const presence = new Presence({
		store: new LiveStore() as PresenceStore,
		clock,
		log: silent,
		faces: [face],
		allows: (owner, actor, action) =>
			!forbidden.has(`${actor} ${action} ${owner}`),
	});
	await Promise.all(names.map((name) => presence.provision(endpoint(name))));
	const cpp = new Cpp({
		...{ presence, face, clock, random: Math.random },
		isOurs: (domain) => domain === DOMAIN,
		isValid: (who) => presence.isValid(who),
	});
	const sip = new Sip({
		...{ cpp, clock, random: Math.random, log: silent },
		domains: [DOMAIN],
		dev: true,
		digest: async () => undefined,
		...parts,
	});
	const listener = await listenSip({ host: "127.0.0.1", port }, sip);
	return {
		...{ sip, cpp, listener, forbidden },
		async close() {
			await listener.close();
			presence.close();
			cpp.close();
		},
	};
}
