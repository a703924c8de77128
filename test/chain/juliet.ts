/** An XMPP user, at prosody with slixmpp, who has an endpoint as a contact. */
import { COMPONENT } from "../gateways/xmpp/harness.js";
import {
	Client,
	type Heard,
	type Prosody,
	SECRET,
} from "../gateways/xmpp/prosody.js";
import { Follower, type Sight } from "./followers.js";

const DOMAIN = "capulet.example";

/** As docs/xmpp.md has it: the gateway, and the entry without which XMPP users see nobody. */
export function withXmpp(prosody: Prosody): object {
	return {
		domains: ["example.com"],
		xmpp: {
			component: COMPONENT,
			server: `127.0.0.1:${prosody.components}`,
			password: SECRET,
			domains: [DOMAIN],
		},
		access: [{ actor: `*@${DOMAIN}`, actions: ["presence:subscribe"] }],
	};
}

/** What a stanza of the contact says, if anything. */
function read({ type }: Heard): Sight | undefined {
	if (type === "available") return "open";
	if (type === "unavailable") return "closed";
	return type === "error" ? "lost" : undefined;
}

/** She subscribes once. That the server is away is what hers answers to a probe. */
export class Juliet extends Follower {
	readonly name = "juliet, over XMPP";
	readonly #client: Client;
	readonly #contact: string;

	private constructor(client: Client, contact: string) {
		super();
		this.#client = client;
		this.#contact = contact;
	}

	/** @throws Error where she is not let see the endpoint, or there is none */
	static async follow(prosody: Prosody, endpoint: string): Promise<Juliet> {
		const contact = endpoint.replace(/@.*/, `@${COMPONENT}`);
		const jid = `juliet1@${DOMAIN}/balcony`;
		const client = await Client.start(jid, prosody.clients);
		const juliet = new Juliet(client, contact);
		client.presence(contact, "subscribe");
		const { type, condition } = await client.hears({ from: contact });
		if (type !== "subscribed") {
			await juliet.stop();
			throw new Error(`${contact} answers ${type} ${condition}`);
		}
		void juliet.#run();
		return juliet;
	}

	override async sees(sight: Sight): Promise<void> {
		if (sight === "lost") this.#client.presence(this.#contact, "probe");
		await super.sees(sight);
	}

	stop(): Promise<void> {
		return this.#client.stop();
	}

	async #run(): Promise<void> {
		for (;;) {
			const heard = await this.#client.hears({ event: "presence" });
			if (heard.from.startsWith(this.#contact)) this.saw(read(heard));
		}
	}
}
