import {
	Access,
	AccessOperations,
	ownSubaddresses,
	standardDefaults,
} from "../../../src/access/index.js";
import {
	addressOf,
	type Endpoint,
	ManualClock,
	parseEndpoint,
	silent,
} from "../../../src/names/index.js";
import { AccessService } from "../../../src/services/access/index.js";
import { MemoryStore } from "../../../src/store/index.js";
import { dtds, read, readAny } from "../../../src/xml/index.js";

export const START = Date.parse("2000-05-14T13:02:00-08:00");

/** What the service sends is read against its DTD as it is written down. */
const SENT = ["allow", "deny", "set", "reply"];

export function endpoint(text: string): Endpoint {
	const parsed = parseEndpoint(text);
	if (parsed === undefined) throw new Error(`${text} is no endpoint`);
	return parsed;
}

/**
 * An access service for fred, wilma and barney of example.com, with a clock moved by hand
 * and a store that commits when it is told to. What it sends becomes a line of `told`.
 */
export class Harness {
	private constructor(
		readonly clock: ManualClock,
		readonly store: MemoryStore,
		readonly access: Access,
		readonly service: AccessService,
		readonly told: string[],
	) {}

	static async start(
		store = new MemoryStore(),
		clock = new ManualClock(START),
	): Promise<Harness> {
		const told: string[] = [];
		const access = await Access.load(store, [
			...standardDefaults,
			ownSubaddresses,
		]);
		const valid = ["fred", "wilma", "barney"];
		const operations = new AccessOperations({
			access,
			clock,
			isValid: (owner) =>
				valid.includes(addressOf(owner).replace("@example.com", "")),
		});
		const service = new AccessService({
			operations,
			offset: "Z",
			log: silent,
			post: {
				route: () => ({ send() {} }),
				send(from, to, content) {
					read(content, dtds.access, { roots: SENT });
					const by = from === "apex=access@example.com" ? "" : ` from ${from}`;
					told.push(`${to.replace("@example.com", "")}${by}: ${content}`);
				},
			},
		});
		return new Harness(clock, store, access, service, told);
	}

	/** Somebody sends an element to the service; nothing is committed by that. */
	asks(who: string, xml: string): void {
		this.service.receive({
			originator: endpoint(who.includes("@") ? who : `${who}@example.com`),
			recipient: endpoint("apex=access@example.com"),
			content: { element: readAny(xml).root, text: xml },
		});
	}

	/** What was told since the last time, once everything is committed. */
	heard(): string[] {
		this.store.sync();
		return this.told.splice(0);
	}

	/** Asks, and returns what is told. */
	answers(who: string, xml: string): string[] {
		this.asks(who, xml);
		return this.heard();
	}

	/** The server is killed and started again. */
	restarted(): Promise<Harness> {
		return Harness.start(this.store.reopen(), this.clock);
	}
}

/** The attributes of an entry, with those that are given. */
function attributes(values: Record<string, string>): string {
	return Object.entries(values)
		.map(([name, value]) => ` ${name}="${value}"`)
		.join("");
}

const FOR = { owner: "fred@example.com", actor: "*@example.com" };

export function query(values: Record<string, string> = {}): string {
	const all = { ...FOR, actor: "barney@example.com", actions: "core:data" };
	return `<query${attributes({ ...all, transID: "1", ...values })} />`;
}

export function get(values: Record<string, string> = {}): string {
	return `<get${attributes({ ...FOR, transID: "1", ...values })} />`;
}

/** A `set`; without `actions` and `lastUpdate` unless they are given. */
export function set({
	transID = "1",
	...values
}: Record<string, string> = {}): string {
	return `<set transID="${transID}"><access${attributes({ ...FOR, ...values })} /></set>`;
}
