import type { Session } from "../beep/index.js";
import type { Endpoint, Reply } from "../names/index.js";
import type { Link } from "./link.js";

/** One BEEP session, as the relay sees it: its APEX channels, and who is attached over them. */
export class Peer {
	readonly session: Session;
	readonly links = new Set<Link>();
	/** What it is attached as, over whichever channel. */
	readonly attachments = new Set<Endpoint>();

	constructor(session: Session) {
		this.session = session;
	}

	/** RFC 3340 §4.4.3 step 1: ends everything established over the session. */
	releaseAll(): void {
		for (const link of this.links) link.releaseAll();
	}

	/** The session has ended. */
	end(): void {
		for (const link of [...this.links]) link.end();
	}

	/**
	 * Terminates every attachment and binding, and once the application knows releases the session.
	 *
	 * @throws BeepError when the peer will not let go
	 */
	async leave(reason: Reply): Promise<void> {
		const associations = [...this.links].flatMap((link) => [
			...link.associations,
		]);
		await Promise.all(
			associations.map(
				(association) =>
					new Promise<void>((told) => {
						association.terminate(reason, told);
					}),
			),
		);
		await this.session.close();
	}
}
