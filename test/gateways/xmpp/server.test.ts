/** XMPP at a whole server, with prosody: the same presence over XMPP and BEEP. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
	afterAll,
	beforeAll,
	describe,
	expect,
	onTestFinished,
	test,
} from "vitest";
import {
	type Client as ApexClient,
	type Attachment,
	connect,
	type PresenceEntry,
} from "../../../src/client/index.js";
import { loadConfig } from "../../../src/config/index.js";
import { type Server, startServer } from "../../../src/server.js";
import { iterate, next } from "../../client/harness.js";
import { endpoint } from "../../presence/harness.js";
import { CAPULET, COMPONENT } from "./harness.js";
import { Client, isInstalled, Prosody, SECRET } from "./prosody.js";

const there = isInstalled();
if (!there) {
	console.warn(
		"SKIPPED: no prosody with python3-slixmpp, so no real XMPP server",
	);
}

const FRED = endpoint("fred");
const CONTACT = `fred@${COMPONENT}`;

/** A server that comes back on the same port and folder. */
class Site {
	readonly #data = mkdtempSync(join(tmpdir(), "apex-xmpp-"));
	readonly #prosody: Prosody;
	#port = 0;
	#server: Server | undefined;

	constructor(prosody: Prosody) {
		this.#prosody = prosody;
		onTestFinished(async () => {
			await this.close();
			rmSync(this.#data, { recursive: true });
		});
	}

	async start(): Promise<void> {
		const config = loadConfig({
			flags: {
				...{ dev: true, data: this.#data, listen: `127.0.0.1:${this.#port}` },
				xmpp: {
					...{ component: COMPONENT, password: SECRET, domains: [CAPULET] },
					server: `127.0.0.1:${this.#prosody.components}`,
				},
				access: [{ actor: `*@${CAPULET}`, actions: ["presence:subscribe"] }],
				limits: { publishesPerSecond: 0, xmppLingerSeconds: 0.1 },
			},
		});
		this.#server = await startServer(config, {
			failed: (error) => expect.unreachable(error.message),
		});
		this.#port = this.#server.address.port;
	}

	async close(): Promise<void> {
		await this.#server?.close();
	}

	/** An attachment that comes back when the server does. */
	async attach(name: string): Promise<Attachment> {
		const address = { host: "127.0.0.1", port: this.#port };
		const client: ApexClient = await connect({ ...address, reconnect: true });
		onTestFinished(() => client.close());
		return client.attach(name);
	}
}

/** What a BEEP client says of itself who has something to say that APEX has no words for. */
function status(note: string) {
	const contact = "im:fred@example.com";
	const document = `<presence xmlns="urn:ietf:params:xml:ns:pidf" entity="pres:${FRED}"><tuple id="desk"><status><basic>open</basic></status><contact>${contact}</contact><note>${note}</note></tuple></presence>`;
	return {
		publisher: FRED,
		publisherInfo: `data:application/pidf+xml;base64,${Buffer.from(document).toString("base64")}`,
		tuples: [{ destination: contact, availableUntil: "9999-12-31T23:59:59Z" }],
	};
}

/** Reads on until somebody is there, or is not, and gives their document. */
async function until(
	entries: AsyncIterator<PresenceEntry>,
	isOpen: boolean,
): Promise<string> {
	for (;;) {
		const { tuples, publisherInfo, lastUpdate } = await next(entries);
		const open = tuples.some(
			({ availableUntil }) =>
				Date.parse(availableUntil) > Date.parse(lastUpdate),
		);
		if (open !== isOpen) continue;
		return Buffer.from(publisherInfo.split(",")[1] ?? "", "base64").toString();
	}
}

describe.skipIf(!there)("a server beside prosody", () => {
	let prosody: Prosody;

	beforeAll(async () => {
		if (there) prosody = await Prosody.start(2);
	});

	afterAll(() => prosody?.remove());

	test("an XMPP user sees who publishes over BEEP, also after a restart, and until she unsubscribes", async () => {
		const site = new Site(prosody);
		await site.start();
		const fred = await site.attach(FRED);
		const juliet = await Client.start(
			`juliet1@${CAPULET}/balcony`,
			prosody.clients,
		);
		onTestFinished(() => juliet.stop());
		juliet.presence(CONTACT, "subscribe");
		await juliet.hears({ type: "subscribed", from: CONTACT });
		await fred.publish(status("reading"));
		const desk = `${CONTACT}/desk`;
		await juliet.hears({ type: "available", from: desk, status: "reading" });

		await site.close();
		await site.start();
		const again = await site.attach("fred/again@example.com");
		await again.publish(status("writing"));
		await juliet.hears({ type: "available", from: desk, status: "writing" });

		const watchers = iterate(again.watch(FRED));
		expect((await next(watchers)).subscriber).toBe(`juliet1@${CAPULET}`);
		juliet.presence(CONTACT, "unsubscribe");
		expect(await next(watchers)).toMatchObject({
			...{ subscriber: `juliet1@${CAPULET}`, action: "terminate" },
		});
	});

	test("a BEEP client sees an XMPP user, also after a restart, and until it unsubscribes", async () => {
		const name = endpoint(`juliet2@${CAPULET}`);
		const site = new Site(prosody);
		await site.start();
		const fred = await site.attach(FRED);
		const juliet = await Client.start(`${name}/balcony`, prosody.clients);
		onTestFinished(() => juliet.stop());
		const subscription = fred.subscribe(name);
		const entries = iterate(subscription);
		await juliet.hears({ type: "subscribe", from: COMPONENT });
		juliet.presence(COMPONENT, "subscribed");
		expect(await until(entries, true)).toContain('<tuple id="balcony">');
		juliet.send("<presence type='unavailable'/>");
		await until(entries, false);

		await site.close();
		juliet.send("<presence><status>here again</status></presence>");
		await site.start();
		expect(await until(entries, true)).toContain(">here again</note>");
		juliet.send("<presence type='unavailable'/>");
		await until(entries, false);
		juliet.send("<presence/>");
		await until(entries, true);
		await subscription.stop();
		await juliet.hears({ type: "unsubscribe", from: COMPONENT });
	});
});
