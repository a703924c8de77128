import type { Remote, RemoteListener } from "../../src/cpp/index.js";
import { refusal } from "../../src/names/index.js";
import type { Entry } from "../../src/presence/index.js";
import { endpoint } from "../presence/harness.js";

type Request = Parameters<Remote["subscribe"]>[0];

/** `apex=presence` of another domain, which answers when it is told to. */
export class FakeRemote implements Remote {
	readonly requests: Request[] = [];
	readonly terminated: number[] = [];
	readonly published: Parameters<Remote["publish"]>[0][] = [];
	readonly #listeners: RemoteListener[] = [];

	subscribe(request: Request, listener: RemoteListener): void {
		this.requests.push(request);
		this.#listeners.push(listener);
	}

	terminate({ transID }: Parameters<Remote["terminate"]>[0]): void {
		this.terminated.push(transID);
	}

	publish(...[request, answer]: Parameters<Remote["publish"]>): void {
		this.published.push(request);
		const earlier = entryAt(0);
		const content = request.compose(earlier, 1);
		answer(
			"code" in content
				? content
				: { code: 250, entry: { ...earlier, lastUpdate: 1, ...content } },
		);
	}

	/** The newest question, or that of an index, hears of an entry. */
	update(lastUpdate: number, index = this.#listeners.length - 1): void {
		this.#listeners[index]?.update(entryAt(lastUpdate));
	}

	tell(entry: Entry): void {
		this.#listeners.at(-1)?.update(entry);
	}

	refuse(): void {
		this.#listeners.at(-1)?.refused(refusal(537, "no"));
	}

	end(index = this.#listeners.length - 1): void {
		this.#listeners[index]?.ended();
	}
}

function entryAt(lastUpdate: number): Entry {
	return {
		publisher: endpoint("bill@other.example"),
		lastUpdate,
		publisherInfo: "",
		tuples: [
			{
				destination: "im:bill@other.example",
				availableUntil: "2525-12-31T23:59:59Z",
				...{ tupleInfo: "", capabilities: [] },
			},
		],
	};
}
