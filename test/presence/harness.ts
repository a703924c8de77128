import {
	type Domain,
	domainOf,
	type Endpoint,
	ManualClock,
	parseDomain,
	parseEndpoint,
	silent,
} from "../../src/names/index.js";
import {
	type Answer,
	type Face,
	Guests,
	Presence,
	type PresenceLimits,
	type PresenceStore,
} from "../../src/presence/index.js";
import { MemoryStore } from "../../src/store/index.js";

export const START = Date.UTC(2000, 4, 14, 21, 2, 0);

export function endpoint(text: string): Endpoint {
	const parsed = parseEndpoint(
		text.includes("@") ? text : `${text}@example.com`,
	);
	if (parsed === undefined) throw new Error(`${text} is no endpoint`);
	return parsed;
}

const nameOf = (endpoint: Endpoint): string =>
	domainOf(endpoint) === "example.com" ? endpoint.slice(0, -12) : endpoint;

/**
 * A presence core with a clock moved by hand and a store that commits when it is told to.
 * Everything that the core tells anybody becomes a line of `told`.
 */
export class Harness {
	readonly clock: ManualClock;
	readonly store: MemoryStore;
	readonly presence: Presence;
	readonly told: string[] = [];
	/** Operations that RFC 3341 would not allow, as `wilma presence:watch fred`. */
	readonly forbidden = new Set<string>();
	/** Endpoints that are not there to hear anything. */
	readonly absent = new Set<string>();
	/** Whether what is heard is acknowledged at once, or not at all. */
	acknowledges = true;
	readonly faces: Face[];

	constructor(
		parts: {
			clock?: ManualClock;
			store?: MemoryStore;
			faces?: Face[];
			limits?: Partial<PresenceLimits>;
			guests?: readonly Domain[];
		} = {},
	) {
		this.clock = parts.clock ?? new ManualClock(START);
		this.store = parts.store ?? new MemoryStore({ clock: this.clock });
		this.faces = [this.face("apex", "replace"), ...(parts.faces ?? [])];
		this.presence = new Presence({
			store: this.store as PresenceStore,
			clock: this.clock,
			log: silent,
			faces: this.faces,
			guests: new Guests(parts.guests),
			...(parts.limits && { limits: parts.limits }),
			allows: (owner, actor, action) =>
				!this.forbidden.has(`${nameOf(actor)} ${action} ${nameOf(owner)}`),
		});
	}

	/** A face that writes down what it is asked to tell. */
	face(name: string, occupied: Face["occupied"]): Face {
		const tell = (to: Endpoint, line: string): boolean => {
			if (this.absent.has(nameOf(to))) return false;
			const prefix = name === "apex" ? "" : `${name} `;
			this.told.push(`${prefix}${nameOf(to)}: ${line}`);
			return true;
		};
		return {
			name,
			occupied,
			slot: (operation) =>
				name === "apex"
					? operation.originator
					: `${name}\0${operation.originator} ${operation.data}`,
			update: (subscription, entry) => {
				const line = `publish ${subscription.id} ${this.seconds(entry.lastUpdate)}`;
				if (tell(subscription.originator, line) && this.acknowledges) {
					subscription.acknowledged = entry.lastUpdate;
				}
			},
			notify: (watch, { subscriber, action, duration }) => {
				const news = `${action} ${nameOf(subscriber)} ${duration}`;
				tell(watch.originator, `notify ${watch.id} ${news}`);
			},
			ended: (notice, acknowledged) => {
				if (tell(notice.originator, `terminate ${notice.id}`)) acknowledged();
			},
		};
	}

	/** An instant as seconds since the start. */
	seconds(ms: number): number {
		return (ms - START) / 1000;
	}

	provision(...names: string[]): void {
		for (const name of names) void this.presence.provision(endpoint(name));
		this.store.sync();
	}

	/** `who` asks; with `sync: false` the commit is left waiting. */
	subscribe(who: string, subject: string, id: number, duration: number): void {
		this.begin("subscribe", who, subject, id, duration);
	}

	watch(who: string, subject: string, id: number, duration: number): void {
		this.begin("watch", who, subject, id, duration);
	}

	private begin(
		kind: "subscribe" | "watch",
		who: string,
		subject: string,
		id: number,
		duration: number,
	): void {
		const request = {
			face: "apex",
			domain: domain("example.com"),
			originator: endpoint(who),
			subject: endpoint(subject),
			id: String(id),
			duration,
		};
		this.presence[kind](request, (answer) => {
			if (answer.code !== 250 || kind === "watch") {
				this.told.push(`${who}: reply ${answer.code} ${id}`);
			} else {
				const { lastUpdate } = answer.entry;
				this.told.push(`${who}: publish ${id} ${this.seconds(lastUpdate)}`);
				const operation = this.presence.operation(request);
				if (operation !== undefined && this.acknowledges) {
					operation.acknowledged = lastUpdate;
				}
			}
			if (answer.code !== 250 || kind === "subscribe") return;
			for (const news of this.presence.subscribers(request.subject)) {
				const { subscriber, duration } = news;
				this.told.push(
					`${who}: notify ${id} subscribe ${nameOf(subscriber)} ${duration}`,
				);
			}
		});
	}

	/** Publishes with a `lastUpdate` given in seconds since the start. */
	publish(
		who: string,
		subject: string,
		id: number,
		lastUpdate: number,
		more: { publisher?: string; finer?: string } = {},
	): void {
		this.presence.publish(
			{
				domain: domain("example.com"),
				originator: endpoint(who),
				subject: endpoint(subject),
				publisher: endpoint(more.publisher ?? subject),
				lastUpdate: {
					ms: START + Math.round(lastUpdate * 1000),
					finer: more.finer ?? "",
				},
				publisherInfo: `http://www.example.com/${id}`,
				tuples: [
					{
						destination: "apex:fred/appl=im@example.com",
						availableUntil: "2525-12-31T23:59:59-08:00",
						tupleInfo: "",
						capabilities: [],
					},
				],
			},
			(answer) => this.#replied(who, id, answer),
		);
	}

	terminate(who: string, id: number): void {
		this.presence.terminate(
			{ face: "apex", originator: endpoint(who), id: String(id) },
			(answer) => this.#replied(who, id, answer),
		);
	}

	/** What was told since the last time, once everything is committed. */
	heard(): string[] {
		this.store.sync();
		return this.told.splice(0);
	}

	#replied(who: string, id: number, answer: Answer): void {
		this.told.push(`${who}: reply ${answer.code} ${id}`);
	}
}

export function domain(text: string) {
	const parsed = parseDomain(text);
	if (parsed === undefined) throw new Error(`${text} is no domain`);
	return parsed;
}
