import {
	type Application,
	type Body,
	type Cpp,
	type Notification,
	PIDF_TYPE,
	pidfOf,
} from "../../cpp/index.js";
import type { Clock } from "../../names/index.js";
import { accepts } from "./accept.js";
import { plain } from "./content-type.js";
import type { Dialog } from "./dialog.js";
import { applicationOf, type Feed, type FeedListener } from "./feed.js";

/** Presence, RFC 3856: a dialog is a subscription of RFC 3859. */
export class PresenceFeed implements Feed {
	readonly #cpp: Cpp;
	readonly #clock: Clock;
	readonly #dialog: Dialog;
	readonly #application: Application;
	#latest: Notification | undefined;

	constructor(
		{ cpp, clock }: { readonly cpp: Cpp; readonly clock: Clock },
		dialog: Dialog,
		listener: FeedListener,
	) {
		this.#cpp = cpp;
		this.#clock = clock;
		this.#dialog = dialog;
		this.#application = {
			response: (response) => listener.answered(response),
			notify: (notification) => {
				this.#latest = notification;
				listener.changed();
			},
			ended: () => listener.ended(),
		};
	}

	begin(transID: string, duration: number): void {
		this.#cpp.subscribe(this.#request(transID, duration), this.#application);
	}

	refresh(transID: string, duration: number): void {
		this.#cpp.refresh(this.#request(transID, duration), this.#application);
	}

	/** RFC 3859 §3.4.3: it cancels what is in progress, or else fetches. */
	last(transID: string): void {
		this.begin(transID, 0);
	}

	resume(): boolean {
		const { watcher } = this.#dialog.state;
		const name = applicationOf(this.#dialog);
		return this.#cpp.resume(name, watcher, this.#application).length > 0;
	}

	detach(): void {
		this.#cpp.detach(applicationOf(this.#dialog));
	}

	leave(): void {
		this.#cpp.leave(applicationOf(this.#dialog));
	}

	/** What is not acceptable as it was published is told as what it says: RFC 3856 §6.7. */
	body(): Body | undefined {
		if (this.#latest === undefined) return undefined;
		const { content, entry } = this.#latest;
		return plain(
			accepts(this.#dialog.state.accept, content.contentType)
				? content
				: pidfOf(entry, this.#clock.now()),
		);
	}

	#request(transID: string, duration: number) {
		const { watcher, target, localTag: subscriptID } = this.#dialog.state;
		const application = applicationOf(this.#dialog);
		return { application, watcher, target, duration, subscriptID, transID };
	}
}

/** What every watcher of presence must take: RFC 3856 §6.7. */
export const PRESENCE_TYPE = PIDF_TYPE;
