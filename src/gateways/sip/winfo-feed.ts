import type {
	Application,
	Body,
	Cpp,
	Response,
	WatcherNews,
} from "../../cpp/index.js";
import { type Endpoint, MAX_31_BIT, reply } from "../../names/index.js";
import type { Dialog } from "./dialog.js";
import { applicationOf, type Feed, type FeedListener } from "./feed.js";
import type { Waiting } from "./waiting.js";
import { type Watcher, watcherInfo } from "./winfo-document.js";

/** Watcher information, RFC 3857: a dialog is a watch of RFC 3343 §4.3. */
export class WinfoFeed implements Feed {
	readonly #parts: { readonly cpp: Cpp; readonly waiting: Waiting };
	readonly #dialog: Dialog;
	readonly #target: Endpoint;
	readonly #listener: FeedListener;
	readonly #application: Application;
	readonly #active = new Set<Endpoint>();
	/** Of whom something is new; undefined where everything is to be said. */
	#changed: Set<Endpoint> | undefined;
	/** Once it has begun. */
	#deaf: (() => void) | undefined;

	constructor(
		parts: { readonly cpp: Cpp; readonly waiting: Waiting },
		dialog: Dialog,
		target: Endpoint,
		listener: FeedListener,
	) {
		this.#parts = parts;
		this.#dialog = dialog;
		this.#target = target;
		this.#listener = listener;
		this.#application = {
			response: (response) => this.#answered(response),
			notify() {},
			watched: (news) => this.#heard(news),
			ended: () => listener.ended(),
		};
	}

	/** It lasts until the dialog ends, for a watch cannot be given another duration. */
	begin(transID: string): void {
		this.#watch(transID, MAX_31_BIT);
	}

	/** RFC 3858 §4: all who watch are named again. */
	refresh(transID: string, duration: number): void {
		this.#changed = undefined;
		const done = { status: "success", transID, duration } as const;
		this.#listener.answered({ ...done, reply: reply(250) });
		this.#listener.changed();
	}

	last(transID: string): void {
		if (this.#deaf !== undefined) this.refresh(transID, 0);
		else this.#watch(transID, 0);
	}

	resume(): boolean {
		const { watcher } = this.#dialog.state;
		const name = applicationOf(this.#dialog);
		const held = this.#parts.cpp.resume(name, watcher, this.#application);
		if (held.length === 0) return false;
		this.#listen();
		this.#listener.changed();
		return true;
	}

	detach(): void {
		this.#deaf?.();
		this.#parts.cpp.detach(applicationOf(this.#dialog));
	}

	leave(): void {
		this.#deaf?.();
		this.#parts.cpp.leave(applicationOf(this.#dialog));
	}

	/** RFC 3858 §3: everything first, and then what is new. */
	body(): Body {
		const state = this.#changed === undefined ? "full" : "partial";
		const waiting = this.#parts.waiting.of(this.#target);
		const named = this.#changed ?? new Set([...this.#active, ...waiting]);
		this.#changed = new Set();
		return watcherInfo({
			// every NOTIFY of the dialog has a document, and the first has CSeq 1
			version: this.#dialog.state.localSeq - 1,
			...{ state, resource: this.#target },
			watchers: [...named].map((who) => this.#watcher(who)),
		});
	}

	#watch(transID: string, duration: number): void {
		const { watcher, target, localTag: subscriptID } = this.#dialog.state;
		const application = applicationOf(this.#dialog);
		this.#parts.cpp.watch(
			{ application, watcher, target, duration, subscriptID, transID },
			this.#application,
		);
	}

	#answered(response: Response): void {
		if (response.status === "success") {
			this.#changed = undefined;
			this.#active.clear();
			if (response.duration > 0) this.#listen();
		}
		this.#listener.answered(response);
		if (response.status === "success") this.#listener.changed();
	}

	#listen(): void {
		this.#deaf?.();
		this.#deaf = this.#parts.waiting.listen(this.#target, (who) =>
			this.#new(who),
		);
	}

	#heard({ news: { subscriber, action, duration } }: WatcherNews): void {
		if (action === "terminate") this.#active.delete(subscriber);
		// one of no duration was a fetch, and is over
		else if (duration > 0) this.#active.add(subscriber);
		this.#new(subscriber);
	}

	#new(who: Endpoint): void {
		this.#changed?.add(who);
		this.#listener.changed();
	}

	#watcher(who: Endpoint): Watcher {
		if (this.#active.has(who))
			return { who, status: "active", event: "subscribe" };
		const waits = [...this.#parts.waiting.of(this.#target)].includes(who);
		return waits
			? { who, status: "pending", event: "subscribe" }
			: { who, status: "terminated", event: "timeout" };
	}
}
