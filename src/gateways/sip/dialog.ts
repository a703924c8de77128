/** Dialogs as a notifier has them: RFC 3261 §12, RFC 6665 §4.2. */
import type { Body } from "../../cpp/index.js";
import { parseAddress } from "./fields.js";
import type { Incoming } from "./incoming.js";
import { EMPTY, Headers, type Request } from "./message.js";
import type { Flow, Hop } from "./types.js";
import { parseSipUri } from "./uri.js";

export type EventName = "presence" | "presence.winfo";

/** What a dialog is, as it is stored. */
export interface DialogState {
	readonly event: EventName;
	/** The `id` parameter of its Event field. */
	readonly eventID?: string;
	readonly callID: string;
	/** Ours: unlike any other, so it names the dialog, its subscription and its application. */
	readonly localTag: string;
	readonly remoteTag: string;
	/** The To and From values of the request that began it, without our tag. */
	readonly local: string;
	readonly remote: string;
	/** Who subscribes and to whom, as `pres:` URIs. */
	readonly watcher: string;
	readonly target: string;
	/** RFC 3261 §12.1.1. */
	readonly routes: readonly string[];
	readonly contact: string;
	readonly remoteSeq: number;
	/** Of the last request or, once stored, one that no request has reached yet. */
	readonly localSeq: number;
	/** The types that the latest Accept names. */
	readonly accept: readonly string[];
	/** Milliseconds since 1970. */
	readonly ends: number;
	readonly phase: Phase;
}

/** `polite` is shown as active, with presence that says nothing: RFC 3856 §6.6.2. */
export type Phase = "active" | "pending" | "polite";

/** How many requests are sent before the dialog is stored again. */
const RESERVED = 100;
const DEFAULT_PORT = 5060;

/** A dialog. What changes in it is kept by a store. */
export class Dialog {
	readonly #keep: (state: DialogState | undefined) => void;
	#state: DialogState;
	#reserved: number;
	/** One that is over at once is never stored. */
	#stored: boolean;
	#ended = false;
	/** By which the last request came, in this run. */
	flow: Flow | undefined;

	/** @param keep stores the dialog, or forgets it */
	constructor(
		state: DialogState,
		keep: (state: DialogState | undefined) => void,
	) {
		this.#state = state;
		this.#keep = keep;
		this.#reserved = state.localSeq;
		this.#stored = state.localSeq > 0;
	}

	get state(): DialogState {
		return this.#state;
	}

	get ended(): boolean {
		return this.#ended;
	}

	/** Changes it, and stores it. A number that may have been used is not used again. */
	change(change: Partial<DialogState>): void {
		if (this.#ended) return;
		this.#state = { ...this.#state, ...change };
		this.#reserved = this.#state.localSeq + RESERVED;
		this.#stored = true;
		this.#keep({ ...this.#state, localSeq: this.#reserved });
	}

	/** It is forgotten. */
	end(): void {
		if (this.#ended) return;
		this.#ended = true;
		if (this.#stored) this.#keep(undefined);
	}

	/** Whether a request's tags and Call-ID are those of this dialog. */
	owns({ callID, fromTag }: Incoming): boolean {
		return callID === this.#state.callID && fromTag === this.#state.remoteTag;
	}

	/**
	 * RFC 3261 §12.2.1.1: a request in the dialog, but for its Via.
	 *
	 * @param content asked once the request has its CSeq
	 */
	request(
		method: string,
		fields: readonly (readonly [string, string | number])[],
		content: () => Body | undefined,
	): Request {
		const { local, localTag, remote, callID, localSeq } = this.#state;
		const next = { ...this.#state, localSeq: localSeq + 1 };
		this.#state = next;
		if (this.#stored && next.localSeq > this.#reserved) this.change({});
		const { uri, routes } = this.#path();
		const headers = new Headers().add("Max-Forwards", 70);
		for (const route of routes) headers.add("Route", route);
		headers
			.add("From", `${local};tag=${localTag}`)
			.add("To", remote)
			.add("Call-ID", callID)
			.add("CSeq", `${next.localSeq} ${method}`);
		for (const [name, value] of fields) headers.add(name, value);
		const body = content();
		if (body !== undefined) headers.add("Content-Type", body.contentType);
		const octets = body === undefined ? EMPTY : Buffer.from(body.octets);
		return { method, uri, version: "2.0", headers, body: octets };
	}

	/** Where its requests go first. @returns undefined where that is no URI of ours to use */
	hop(): Hop | undefined {
		const { routes } = this.#path();
		const [first] = routes;
		const next =
			first === undefined ? this.#state.contact : parseAddress(first)?.uri;
		const uri = parseSipUri(next ?? "");
		// over TLS nothing is sent from here
		if (uri === undefined || uri.scheme === "sips") return undefined;
		const transport =
			uri.parameters.get("transport")?.toUpperCase() ??
			this.flow?.protocol ??
			"UDP";
		if (transport !== "UDP" && transport !== "TCP") return undefined;
		const { host, port = DEFAULT_PORT } = uri;
		return { protocol: transport, host: host.replace(/^\[|\]$/g, ""), port };
	}

	/** RFC 3261 §12.2.1.1: a first route without "lr" is a strict router. */
	#path(): { readonly uri: string; readonly routes: readonly string[] } {
		const { contact, routes } = this.#state;
		const [first, ...others] = routes;
		const strict = parseAddress(first ?? "")?.uri;
		if (strict === undefined || parseSipUri(strict)?.parameters.has("lr")) {
			return { uri: contact, routes };
		}
		return { uri: strict, routes: [...others, `<${contact}>`] };
	}
}

/** Where the other end finds us. */
export function contactAt({ protocol, local }: Flow): string {
	return protocol === "TCP" ? `<sip:${local};transport=tcp>` : `<sip:${local}>`;
}
