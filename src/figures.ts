import type { Core } from "./core.js";
import type { Figures } from "./metrics/index.js";

/** What an operator may want to know about a server in figures. */
export function figuresOf({ gate, relay, presence, accounts }: Core): Figures {
	return {
		apex_sessions: {
			...{ help: "BEEP sessions that are open", kind: "now" },
			read: () => gate.size,
		},
		apex_associations: {
			...{ help: "attachments and bindings that peers made", kind: "now" },
			read: () => relay.figures.associations,
		},
		apex_messages_total: {
			...{ help: "MSGs of APEX that were received", kind: "count" },
			read: () => relay.figures.messages,
		},
		apex_outbox_octets: {
			...{ help: "octets that wait for applications", kind: "now" },
			read: () => relay.figures.waiting,
		},
		apex_endpoints: {
			...{ help: "endpoints that have a presence entry", kind: "now" },
			read: () => presence.figures.subjects,
		},
		apex_operations: {
			...{ help: "subscriptions and watches in progress", kind: "now" },
			label: "kind",
			read() {
				const { subscriptions, watches } = presence.figures;
				return new Map([
					["subscribe", subscriptions],
					["watch", watches],
				]);
			},
		},
		apex_changes_total: {
			...{ help: "changes that were committed", kind: "count" },
			read: () => presence.figures.changes,
		},
		apex_accounts: {
			...{ help: "accounts", kind: "now" },
			read: () => accounts.list().length,
		},
	};
}
