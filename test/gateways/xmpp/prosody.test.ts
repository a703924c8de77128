import { execFileSync } from "node:child_process";
import fc from "fast-check";
import {
	afterAll,
	afterEach,
	beforeAll,
	beforeEach,
	describe,
	expect,
	test,
} from "vitest";
import { Xmpp } from "../../../src/gateways/xmpp/index.js";
import { ContactJids } from "../../../src/gateways/xmpp/jid.js";
import { openLink } from "../../../src/gateways/xmpp/link.js";
import { resourcesOf } from "../../../src/gateways/xmpp/resource.js";
import { parseEndpoint, systemClock } from "../../../src/names/index.js";
import { APEX, CAPULET, COMPONENT, Core, Rows, tuple } from "./harness.js";
import { Client, isInstalled, Prosody, SECRET } from "./prosody.js";

const there = isInstalled();
if (!there) {
	console.warn(
		"SKIPPED: no prosody with python3-slixmpp, so no real XMPP server",
	);
}

const FRED = `fred@${COMPONENT}`;

describe.skipIf(!there)("with prosody and slixmpp", () => {
	let prosody: Prosody;
	let core: Core;
	let rows: Rows;
	let xmpp: Xmpp;
	/** A user of each test's own. */
	let user = "";
	let users = 0;
	let juliet: Client;
	const logged: string[] = [];
	let changed = (): void => {};

	const logs = async (text: string): Promise<void> => {
		while (!logged.includes(text)) {
			await new Promise<void>((resolve) => {
				changed = resolve;
			});
		}
	};

	const gateway = async (): Promise<Xmpp> => {
		const line = (_fields: object, text: string): void => {
			logged.push(text);
			changed();
		};
		logged.length = 0;
		const started = new Xmpp({
			...{ cpp: core.cpp, clock: systemClock, random: Math.random },
			log: { debug() {}, info: line, warn: line, error: line },
			component: {
				...{ domain: COMPONENT, host: "127.0.0.1", password: SECRET },
				port: prosody.components,
			},
			domains: [APEX],
			guestDomains: [CAPULET],
			store: rows,
			limits: { backoffSeconds: 1, xmppLingerSeconds: 0 },
			openLink,
		});
		await started.start();
		await logs("connected to the XMPP server");
		return started;
	};

	beforeAll(async () => {
		if (there) prosody = await Prosody.start(8);
	});

	beforeEach(async () => {
		users += 1;
		user = `juliet${users}@${CAPULET}`;
		core = new Core();
		rows = new Rows();
		xmpp = await gateway();
		juliet = await Client.start(`${user}/balcony`, prosody.clients);
	});

	afterEach(async () => {
		await juliet.stop();
		await xmpp.close();
	});

	afterAll(() => prosody?.remove());

	test("a user subscribes, sees presence with its status as it changes, and unsubscribes", async () => {
		core.publish(
			"fred",
			tuple("desk", "open", { im: "busy", note: "writing", priority: "0.102" }),
		);
		juliet.presence(FRED, "subscribe");
		await juliet.hears({ type: "subscribed", from: FRED });
		await juliet.hears({
			...{ from: `${FRED}/desk`, type: "available" },
			...{ show: "dnd", status: "writing", priority: "13" },
		});
		core.publish("fred", tuple("desk", "open", { note: "žluť" }));
		await juliet.hears({ from: `${FRED}/desk`, show: "", status: "žluť" });
		core.publish("fred", tuple("desk", "closed"));
		await juliet.hears({ from: `${FRED}/desk`, type: "unavailable" });

		juliet.presence(FRED, "unsubscribe");
		await new Promise<void>((resolve) => {
			rows.changed = resolve;
		});
		expect(await rows.all()).toEqual([]);
		expect([...core.cpp.subscriptions()]).toEqual([]);
	});

	test("who is not known, and who may not", async () => {
		core.presence.forbidden.add(`${user} presence:subscribe wilma`);
		juliet.presence(`nobody@${COMPONENT}`, "subscribe");
		await juliet.hears({ type: "error", condition: "item-not-found" });
		juliet.presence(`wilma@${COMPONENT}`, "subscribe");
		await juliet.hears({ type: "error", condition: "forbidden" });
	});

	test("a user who comes back is told what holds now: their server probes", async () => {
		juliet.presence(FRED, "subscribe");
		await juliet.hears({ type: "subscribed" });
		await juliet.stop();
		core.publish("fred", tuple("desk", "open", { note: "meanwhile" }));
		juliet = await Client.start(`${user}/orchard`, prosody.clients);
		await juliet.hears({ from: `${FRED}/desk`, status: "meanwhile" });
	});

	test("somebody here sees a user's resources, once the user lets us", async () => {
		const wilma = core.watch(user);
		await juliet.hears({ type: "subscribe", from: COMPONENT });
		juliet.presence(COMPONENT, "subscribed");
		await wilma.shows('<tuple id="balcony">');
		juliet.send(
			"<presence><show>away</show><status>in the chamber</status><priority>13</priority></presence>",
		);
		await wilma.shows('<note xml:lang="en">in the chamber</note>');
		await wilma.shows(`<contact priority="0.102">im:${user}<`);
		const orchard = await Client.start(`${user}/orchard`, prosody.clients);
		await wilma.shows('<tuple id="orchard">');
		await orchard.stop();
		await juliet.stop();
		await wilma.shows("<basic>closed</basic>");
		expect(wilma.lines.join()).not.toContain("failure");

		juliet = await Client.start(`${user}/balcony`, prosody.clients);
		await wilma.shows("<basic>open</basic>");
		core.unwatch(user);
		await juliet.hears({ type: "unsubscribe", from: COMPONENT });
	});

	test("a user who does not let us is not shown", async () => {
		core.watch(user);
		await juliet.hears({ type: "subscribe", from: COMPONENT });
		juliet.presence(COMPONENT, "unsubscribed");
		await logs("an XMPP user lets nobody see their presence");
		expect(core.published.at(-1)?.body).toBeUndefined();
	});

	test("the gateway restarts: both directions go on", async () => {
		const wilma = core.watch(user);
		await juliet.hears({ type: "subscribe", from: COMPONENT });
		juliet.presence(COMPONENT, "subscribed");
		juliet.presence(FRED, "subscribe");
		await juliet.hears({ type: "subscribed", from: FRED });
		await xmpp.close();
		core.publish("fred", tuple("desk", "open", { note: "after" }));
		xmpp = await gateway();
		await juliet.hears({ from: `${FRED}/desk`, status: "after" });
		juliet.send("<presence><status>still here</status></presence>");
		await wilma.shows('<note xml:lang="en">still here</note>');
	});

	test("the server restarts: both directions go on", async () => {
		const wilma = core.watch(user);
		await juliet.hears({ type: "subscribe", from: COMPONENT });
		juliet.presence(COMPONENT, "subscribed");
		juliet.presence(FRED, "subscribe");
		await juliet.hears({ type: "subscribed", from: FRED });
		await juliet.stop();
		logged.length = 0;
		await prosody.stop();
		await prosody.start();
		await logs("connected to the XMPP server");
		juliet = await Client.start(`${user}/orchard`, prosody.clients);
		await wilma.shows('<tuple id="orchard">');
		core.publish("fred", tuple("desk", "open", { note: "again" }));
		await juliet.hears({ from: `${FRED}/desk`, status: "again" });
	});

	test("the JIDs that are made are such as prosody leaves as they are", () => {
		const jids = new ContactJids(COMPONENT, [APEX]);
		const texts = fc.sample(
			fc.oneof(
				fc.string({ unit: "binary", minLength: 1, maxLength: 20 }),
				fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }),
			),
			3000,
		);
		const bare = texts.flatMap((text) => {
			const endpoint = parseEndpoint(`${text}@${APEX}`);
			return (endpoint && jids.jid(endpoint)) ?? [];
		});
		const full = resourcesOf(texts).map((resource) => `${FRED}/${resource}`);
		const script = `package.cpath = "/usr/lib/prosody/?.so;" .. package.cpath
			package.path = "/usr/lib/prosody/?.lua;" .. package.path
			local prep = require "util.jid".prep
			for line in io.lines() do if prep(line) ~= line then print(line) end end`;
		const changed = execFileSync("lua5.4", ["-e", script], {
			input: `${[...bare, ...full].join("\n")}\n`,
		});
		expect(changed.toString()).toBe("");
		expect(bare.length).toBeGreaterThan(1000);
	});
});
