import type { Core } from "./core.js";
import type { SipFigures } from "./gateways/sip/index.js";
import type { XmppFigures } from "./gateways/xmpp/index.js";
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

/** The same about its XMPP gateway. @param read asked whenever somebody looks */
export function xmppFiguresOf(read: () => XmppFigures): Figures {
	return {
		apex_xmpp_up: {
			...{ help: "whether the XMPP server is connected", kind: "now" },
			read: () => Number(read().isOnline),
		},
		apex_xmpp_subscriptions: {
			...{ help: "subscriptions of XMPP users", kind: "now" },
			read: () => read().subscriptions,
		},
		apex_xmpp_guests: {
			...{ help: "XMPP users who are asked for their presence", kind: "now" },
			read: () => read().guests,
		},
	};
}

/** The same about its SIP gateway. @param read asked whenever somebody looks */
export function sipFiguresOf(read: () => SipFigures): Figures {
	return {
		apex_sip_dialogs: {
			...{ help: "SIP dialogs in progress", kind: "now" },
			read: () => read().dialogs,
		},
		apex_sip_publications: {
			...{ help: "SIP publications that are live", kind: "now" },
			read: () => read().publications,
		},
		apex_sip_registrations: {
			...{ help: "SIP contacts that are bound", kind: "now" },
			read: () => read().registrations,
		},
		apex_sip_transactions: {
			...{ help: "SIP transactions that have not ended", kind: "now" },
			label: "side",
			read: () => new Map(Object.entries(read().transactions)),
		},
		apex_sip_requests_total: {
			...{ help: "SIP requests that have come", kind: "count" },
			label: "method",
			read: () => read().requests,
		},
	};
}
