/** As much of @xmpp/component 0.13 as is used; the package has no types of its own. */
declare module "@xmpp/component" {
	import type { EventEmitter } from "node:events";
	import type { Socket } from "node:net";

	export interface Element {
		readonly name: string;
		readonly attrs: Readonly<Record<string, string | undefined>>;
		readonly children: readonly (Element | string)[];
	}

	/** Emits `start` and `end` for the stream, `element` for what it holds, and `error`. */
	export class Parser extends EventEmitter {
		readonly cursor: Element | null;
		onStartElement(name: string, attrs: Record<string, string>): void;
		onEndElement(name: string): void;
		onText(text: string): void;
		write(data: string): void;
	}

	/** Emits `online`, `stanza`, `close`, `disconnect` and `error`. */
	export interface Component extends EventEmitter {
		Parser: new () => Parser;
		readonly socket: Socket | null;
		readonly reconnect: { stop(): void };
		connect(service: string): Promise<unknown>;
		open(options: { readonly domain: string }): Promise<unknown>;
		stop(): Promise<unknown>;
		send(element: Element): Promise<void>;
	}

	export function component(options: {
		readonly service: string;
		readonly domain: string;
		readonly password: string;
	}): Component;

	export const xml: {
		(
			name: string,
			attrs: Readonly<Record<string, string | undefined>>,
			...children: (Element | string)[]
		): Element;
		readonly Parser: typeof Parser;
	};
}
