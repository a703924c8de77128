// A connection that speaks cpp.v1, and comes back when it is lost.

const FIRST_DELAY = 500;
const LONGEST_DELAY = 30_000;

/** The service said no; `code` is that of RFC 3340 §10. */
export class Refused extends Error {
	/** @param {{ code: number, text: string }} reply */
	constructor({ code, text }) {
		super(text);
		this.code = code;
	}
}

/** @returns {string} an identifier that is unique over time, RFC 3859 §3.1 */
export function identifier() {
	const octets = crypto.getRandomValues(new Uint8Array(16));
	return [...octets]
		.map((octet) => octet.toString(16).padStart(2, "0"))
		.join("");
}

/** The common profile (RFC 3859) for one user. */
export class Connection {
	#login;
	#listener;
	/** @type {WebSocket | undefined} */
	#socket;
	/** By TransID, who waits for a response. */
	#waiting = new Map();
	/** By SubscriptID: what is asked again after a loss. */
	#subscriptions = new Map();
	#delay = FIRST_DELAY;
	#over = false;
	#welcomed = false;

	/**
	 * @param {{ user: string, password: string }} login
	 * @param {{
	 *   state(text: string): void,
	 *   welcome(): void,
	 *   refused(problem: string): void,
	 * }} listener
	 */
	constructor(login, listener) {
		this.#login = login;
		this.#listener = listener;
		this.#open();
	}

	/** The `pres:` URI of the user. */
	get own() {
		return pres(this.#login.user);
	}

	/**
	 * Subscribes, and again whenever the connection is back.
	 *
	 * @param {"subscribe" | "watch"} op
	 * @param {string} target a `pres:` URI
	 * @param {{ heard(message: object): void, refused(problem: Error): void }} listener
	 * @returns {() => void} ends it
	 */
	follow(op, target, listener) {
		const subscriptID = identifier();
		const subscription = { op, target, listener };
		this.#subscriptions.set(subscriptID, subscription);
		if (this.#welcomed) this.#begin(subscriptID, subscription);
		return () => {
			this.#subscriptions.delete(subscriptID);
			const over = { op: "cancel", target, subscriptID };
			if (this.#welcomed) this.#ask(over).catch(() => {});
		};
	}

	/**
	 * @param {{ content: object, duration?: number }} publication
	 * @throws {Refused}
	 */
	publish(publication) {
		return this.#ask({ op: "publish", publisher: this.own, ...publication });
	}

	close() {
		this.#over = true;
		this.#socket?.close();
	}

	#open() {
		this.#listener.state("connecting…");
		const { protocol, host } = location;
		const scheme = protocol === "https:" ? "wss:" : "ws:";
		const socket = new WebSocket(`${scheme}//${host}/`, "cpp.v1");
		this.#socket = socket;
		socket.onopen = () => this.#send({ op: "login", ...this.#login });
		socket.onmessage = ({ data }) => this.#heard(JSON.parse(data));
		socket.onclose = () => this.#lost();
	}

	#lost() {
		this.#welcomed = false;
		for (const { reject } of this.#waiting.values()) {
			reject(new Error("the connection was lost"));
		}
		this.#waiting.clear();
		if (this.#over) return;
		this.#listener.state("not connected; trying again");
		setTimeout(() => this.#open(), this.#delay * (0.5 + Math.random() / 2));
		this.#delay = Math.min(this.#delay * 2, LONGEST_DELAY);
	}

	#heard(message) {
		const { op, transID, subscriptID } = message;
		const subscription = this.#subscriptions.get(subscriptID);
		if (op === "welcome") this.#welcome();
		else if (op === "error" && !this.#welcomed) {
			this.close();
			this.#listener.refused(message.text);
		} else if (op === "response" || op === "error") {
			const waiting = this.#waiting.get(transID);
			this.#waiting.delete(transID);
			if (message.status === "success") waiting?.resolve(message);
			else waiting?.reject(new Refused(message));
		} else if (op === "ended" && subscription) {
			this.#begin(subscriptID, subscription);
		} else subscription?.listener.heard(message);
	}

	#welcome() {
		this.#welcomed = true;
		this.#delay = FIRST_DELAY;
		this.#listener.state(`connected as ${this.#login.user}`);
		for (const [subscriptID, subscription] of this.#subscriptions) {
			this.#begin(subscriptID, subscription);
		}
		this.#listener.welcome();
	}

	#begin(subscriptID, { op, target, listener }) {
		const request = { op, target, subscriptID, duration: 86_400 };
		this.#ask(request).catch((problem) => {
			if (problem instanceof Refused) listener.refused(problem);
		});
	}

	#ask(message) {
		const transID = identifier();
		return new Promise((resolve, reject) => {
			if (!this.#welcomed) reject(new Error("there is no connection now"));
			this.#waiting.set(transID, { resolve, reject });
			this.#send({ ...message, transID });
		});
	}

	#send(message) {
		this.#socket?.send(JSON.stringify(message));
	}
}

/** @param {string} endpoint @returns {string} its `pres:` URI, RFC 3859 Appendix A */
export function pres(endpoint) {
	const at = endpoint.lastIndexOf("@");
	const local = encodeURIComponent(endpoint.slice(0, at));
	return `pres:${local}${endpoint.slice(at)}`;
}

/** @param {string} uri @returns {string} the endpoint that a `pres:` URI names */
export function endpointOf(uri) {
	try {
		return decodeURIComponent(uri.replace(/^pres:/, ""));
	} catch {
		return uri;
	}
}
