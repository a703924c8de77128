import { type Clock, domainOf } from "../names/index.js";
import type { Presence } from "../presence/index.js";
import { composed } from "./compose.js";
import type { GuestPort } from "./types.js";

/** The gateway of a guest domain publishes as its users themselves. */
export function guestPort(presence: Presence, clock: Clock): GuestPort {
	return {
		publish(subject, content, refused) {
			const change = content === undefined ? { duration: 0 } : { content };
			presence.compose(
				{
					...{ domain: domainOf(subject), originator: subject, subject },
					compose: composed.bind(undefined, change, clock.now()),
				},
				(answer) => {
					// where nothing has been published, nothing is known anyway
					const isNothing = content === undefined && answer.code === 550;
					if (answer.code !== 250 && !isNothing) refused(answer);
				},
			);
		},
	};
}
