/** NOTIFY, RFC 6665 §4.2.2. */
import type { Body } from "../../cpp/index.js";
import type { ClientTransactions, Outcome } from "./client-transactions.js";
import { contactAt, type Dialog } from "./dialog.js";
import type { Network } from "./types.js";

/** What NOTIFYs are sent by. */
export interface NotifyParts {
	readonly transactions: ClientTransactions;
	readonly network: () => Network;
}

// RFC 5057 §5.1: what ends a subscription or its dialog
const FATAL = new Set([
	...[404, 405, 408, 410, 416, 480, 481, 482, 483, 484, 485, 489, 501, 604],
]);

/** Whether there is nobody to send another one to. */
export function isFatal({ status, headers }: Outcome): boolean {
	return headers === undefined || FATAL.has(status);
}

/**
 * Sends one.
 *
 * @param ended called once with what came of it
 * @returns whether there is a way to send it
 */
export function sendNotify(
	{ network, transactions }: NotifyParts,
	dialog: Dialog,
	{
		state,
		body,
	}: { readonly state: string; readonly body: () => Body | undefined },
	ended: (outcome: Outcome) => void,
): boolean {
	const hop = dialog.hop();
	if (hop === undefined) return false;
	const known = hop.protocol === "TCP" ? dialog.flow : undefined;
	const reused = known?.protocol === "TCP" && !known.closed;
	const flow = reused ? known : network().open(hop);
	const { event, eventID } = dialog.state;
	const id = eventID === undefined ? "" : `;id=${eventID}`;
	const fields = [
		["Event", `${event}${id}`],
		["Subscription-State", state],
		["Contact", contactAt(flow)],
	] as const;
	const request = dialog.request("NOTIFY", fields, body);
	transactions.send(request, flow, (outcome) => {
		// the subscriber's own connection, which may be the only one it takes, has ended
		const lost =
			reused && outcome.headers === undefined && outcome.status === 503;
		if (lost) transactions.send(request, network().open(hop), ended);
		else ended(outcome);
	});
	return true;
}
