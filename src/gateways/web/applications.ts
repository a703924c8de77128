/** The names by which the common profile knows our connections. */
import type { Cpp } from "../../cpp/index.js";
import { newTransID, type Random } from "../../names/index.js";

const PREFIX = "web:";

/** A name for a connection or a request, unlike any other. */
export function applicationName(random: Random): string {
	const digits = [0, 0].map(() => newTransID(random).toString(36));
	return PREFIX + digits.join("-");
}

/** Ends what connections subscribed to that a crash ended: none of them comes back. */
export function endAbandoned(cpp: Cpp): void {
	for (const subscription of [...cpp.subscriptions()]) {
		if (subscription.application.startsWith(PREFIX)) cpp.end(subscription);
	}
}
