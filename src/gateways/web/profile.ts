/** One operation of the common profile for one HTTP request. */
import {
	type Cpp,
	formatPres,
	type Notification,
	type Publish,
	type Published,
} from "../../cpp/index.js";
import type { Endpoint, Random } from "../../names/index.js";
import { applicationName } from "./applications.js";
import { Problem } from "./problem.js";

/** Who asks, and about whom. */
export interface Parties {
	readonly who: Endpoint;
	readonly subject: Endpoint;
}

/**
 * RFC 3859 §3.4.3: fetches once.
 *
 * @param gone when nobody waits for it any more
 */
export function fetchOnce(
	{ cpp, random }: { cpp: Cpp; random: Random },
	{ who, subject }: Parties,
	gone: (call: () => void) => void,
): Promise<Notification | Problem> {
	const application = applicationName(random);
	return new Promise((resolve) => {
		const request = {
			application,
			watcher: formatPres(who),
			target: formatPres(subject),
			duration: 0,
			subscriptID: application,
			transID: application,
		};
		cpp.subscribe(request, {
			response({ status, reply }) {
				if (status === "failure") resolve(Problem.of(reply));
			},
			notify: resolve,
			ended() {},
		});
		gone(() => cpp.leave(application));
	});
}

/** Publishes content that is live until it is replaced. */
export function publishOnce(
	{ cpp, random }: { cpp: Cpp; random: Random },
	{ who, subject }: Parties,
	publication: Pick<Publish, "content" | "ifMatch">,
): Promise<Published> {
	return new Promise((resolve) => {
		const request = {
			...publication,
			originator: formatPres(who),
			publisher: formatPres(subject),
			transID: applicationName(random),
		};
		cpp.publish(request, resolve);
	});
}
