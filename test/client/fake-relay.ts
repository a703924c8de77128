import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { type Channel, listen, Session } from "../../src/beep/index.js";
import { Mailbox } from "../../src/client/mailbox.js";
import { beepXml, parseEntity } from "../../src/mime/index.js";
import { type Element, elementsOf, readAny } from "../../src/xml/index.js";

/** A message of the client: in what way it came, and (for `data`) what is in it. */
export interface Received {
	readonly by: "start" | "MSG";
	readonly channel: Channel;
	readonly element: Element;
	/** The content of `data`. */
	readonly content: Element | undefined;
}

/** A relay that agrees to everything, and says only what the test makes it say. */
export class FakeRelay {
	readonly #received = new Mailbox<Received>(1000);
	readonly #sessions = new Set<Session>();
	#port = 0;
	#channel: Channel | undefined;

	static async start(): Promise<FakeRelay> {
		const relay = new FakeRelay();
		const server = await listen({ host: "127.0.0.1", port: 0 }, (stream) => {
			relay.#sessions.add(relay.#serve(stream));
		});
		relay.#port = (server.address() as AddressInfo).port;
		onTestFinished(() => {
			relay.drop();
			server.close();
		});
		return relay;
	}

	get address(): { host: string; port: number } {
		return { host: "127.0.0.1", port: this.#port };
	}

	/** Cuts every connection. */
	drop(): void {
		for (const session of this.#sessions) session.abort("dropped");
		this.#sessions.clear();
	}

	async next(): Promise<Received> {
		return (await this.#received.next()).value;
	}

	/** The next operation of the client, with its transaction-identifier. */
	async operation(): Promise<{ name: string; transID: string }> {
		for (;;) {
			const { content } = await this.next();
			if (content === undefined) continue;
			return { name: content.name, transID: content.attributes.transID ?? "" };
		}
	}

	/** Sends a MSG. @returns the reply, as XML */
	async send(xml: string): Promise<string> {
		const reply = await this.#channel?.request(beepXml(xml));
		if (reply?.kind !== "RPY" && reply?.kind !== "ERR") throw new Error("lost");
		return parseEntity(reply.payload).body.toString();
	}

	/** Sends an element as data. @returns the reply, as XML */
	tell(
		to: string,
		xml: string,
		from = "apex=presence@example.com",
	): Promise<string> {
		return this.send(
			`<data content="#C"><originator identity="${from}"/><recipient identity="${to}"/>` +
				`<data-content Name="C">${xml}</data-content></data>`,
		);
	}

	#serve(stream: ConstructorParameters<typeof Session>[0]): Session {
		const handle = (
			by: Received["by"],
			channel: Channel,
			xml: Buffer | string,
		): void => {
			const element = readAny(xml).root;
			const inside = elementsOf(element).find(
				({ name }) => name === "data-content",
			);
			const content = inside && elementsOf(inside)[0];
			this.#received.offer({ by, channel, element, content });
		};
		return new Session(stream, {
			role: "listener",
			profiles: [
				{
					uri: "http://iana.org/beep/APEX",
					start: ({ channel, content }) => ({
						content: "<ok />",
						handler: {
							message: (request) => {
								handle("MSG", channel, parseEntity(request.payload).body);
								request.reply(beepXml("<ok />"));
							},
						},
						started: () => {
							this.#channel = channel;
							handle("start", channel, content);
						},
					}),
				},
			],
		});
	}
}

/** A `publish` of the service. */
export function published(transID: string, lastUpdate: string): string {
	return (
		`<publish publisher="fred@example.com" transID="${transID}" timeStamp="${lastUpdate}">` +
		`<presence publisher="fred@example.com" lastUpdate="${lastUpdate}">` +
		`<tuple destination="mailto:a@b" availableUntil="${lastUpdate}"/></presence></publish>`
	);
}
