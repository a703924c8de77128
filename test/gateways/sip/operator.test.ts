/** What an operator sets and sees of SIP at a whole server. */
import { expect, onTestFinished, test } from "vitest";
import { Accounts } from "../../../src/accounts/index.js";
import type { ConfigInput } from "../../../src/config/index.js";
import { type Endpoint, silent } from "../../../src/names/index.js";
import type { Server } from "../../../src/server.js";
import { LevelStore } from "../../../src/store/index.js";
import { Agent, folder, started } from "./agent.js";
import { credentials, nonceOf } from "./credentials.js";
import { Client } from "./harness.js";

async function running(flags: ConfigInput): Promise<Server> {
	const server = await started({ data: folder(), ...flags });
	onTestFinished(() => server.kill());
	return server;
}

function fieldOf(message: Buffer, name: string): string | undefined {
	return new RegExp(`^${name}: (.*)\\r$`, "im").exec(message.toString())?.[1];
}

test("limits: for how long one can subscribe is what is configured", async () => {
	const limits = { sipLeastSeconds: 100, sipMostSeconds: 200 };
	const server = await running({ limits });
	const phone = await Agent.forTest();
	phone.say(server, new Client("fred", "fred").subscribe(99));
	expect(fieldOf(await phone.message(), "Min-Expires")).toBe("100");
	phone.say(server, new Client("fred", "fred").subscribe(300));
	expect(fieldOf(await phone.message(), "Expires")).toBe("200");
});

const fred = () => new Client("fred", "fred");
const register = (client: Client, more = {}) =>
	client.request("REGISTER", more);

test.each<[string, ConfigInput["limits"], Client[], (one: Client) => string]>([
	["503", { sipDialogs: 1 }, [fred(), new Client()], (one) => one.subscribe()],
	[
		"403",
		{ sipDialogsPerWatcher: 1 },
		[fred(), fred()],
		(one) => one.subscribe(),
	],
	[
		"403",
		{ sipPublications: 1 },
		[fred(), fred()],
		(one) => one.publish("open"),
	],
	["503", { sipRecords: 1 }, [fred(), new Client("wilma", "wilma")], register],
	[
		"403",
		{ sipContacts: 1 },
		[fred(), fred()],
		(one) => register(one, { Contact: `<sip:${one.callID}@192.0.2.1>` }),
	],
])("limits: %s beyond %o", async (status, limits, [one, other], ask) => {
	const server = await running({ limits });
	const phone = await Agent.forTest();
	const statuses: string[] = [];
	for (const client of [one, other]) {
		phone.say(server, ask(client ?? fred()));
		let line: string;
		do line = await phone.next();
		while (line.startsWith("NOTIFY"));
		statuses.push(line.split(" ")[1] ?? "");
	}
	expect(statuses).toEqual(["200", status]);
});

test("limits: 413 beyond sipBodyOctets", async () => {
	const server = await running({ limits: { sipBodyOctets: 100 } });
	const phone = await Agent.forTest();
	phone.say(server, fred().publish("open"));
	expect(await phone.next()).toBe("SIP/2.0 413 Request Entity Too Large");
});

test("/metrics counts dialogs, publications, contacts, transactions, and requests by method", async () => {
	const server = await running({ admin: "127.0.0.1:0" });
	const phone = await Agent.forTest();
	const says = async (text: string): Promise<void> => {
		phone.say(server, text);
		expect(await phone.next()).toMatch(/^SIP/);
	};
	await says(fred().publish("open"));
	await says(register(fred()));
	await says(new Client("wilma", "fred").request("MESSAGE"));
	await says(new Client("wilma", "fred").request("BOO"));
	await says(new Client("wilma", "fred").subscribe());
	expect(await phone.next()).toBe("NOTIFY open");
	const at = `http://127.0.0.1:${server.addresses.get("admin")?.port}/metrics`;
	const text = await (await fetch(at)).text();
	const figures = text.match(/^apex_sip_.*$/gm);
	expect(figures).toEqual([
		"apex_sip_dialogs 1",
		"apex_sip_publications 1",
		"apex_sip_registrations 1",
		'apex_sip_transactions{side="server"} 3',
		expect.stringMatching(/^apex_sip_transactions\{side="client"\} [01]$/),
		'apex_sip_requests_total{method="SUBSCRIBE"} 1',
		'apex_sip_requests_total{method="PUBLISH"} 1',
		'apex_sip_requests_total{method="REGISTER"} 1',
		'apex_sip_requests_total{method="OPTIONS"} 0',
		'apex_sip_requests_total{method="other"} 2',
	]);
});

test("without SIP there are no figures of it", async () => {
	const server = await running({ sip: undefined, admin: "127.0.0.1:0" });
	const at = `http://127.0.0.1:${server.addresses.get("admin")?.port}/metrics`;
	expect(await (await fetch(at)).text()).not.toContain("apex_sip");
});

/** Wilma's password is the one of `credentials`. */
async function withWilma(): Promise<string> {
	const data = folder();
	const store = await LevelStore.open(data, { log: silent, failed: () => {} });
	const accounts = await Accounts.load(store);
	const wilma = "wilma@example.com" as Endpoint;
	await accounts.set(wilma, "pebbles", { digest: true });
	await store.close();
	return data;
}

test("outside dev whoever guesses waits, as configured, and at last gets 503", async () => {
	const server = await running({
		...{ data: await withWilma(), dev: false, sasl: { digest: true } },
		// the second waits for as long as any may, and so the third cannot wait for it
		limits: { freeFailures: 0, firstDelaySeconds: 99, longestDelaySeconds: 99 },
	});
	const phone = await Agent.forTest();
	const guess = async (): Promise<void> => {
		phone.say(server, new Client("wilma", "wilma").subscribe());
		const nonce = nonceOf({ text: (await phone.message()).toString() });
		const uri = "sip:wilma@example.com";
		const Authorization = credentials(nonce, { password: "guess", uri });
		const wilma = new Client("wilma", "wilma");
		phone.say(server, wilma.subscribe(3600, { Authorization }));
	};
	await guess();
	expect(await phone.next()).toBe("SIP/2.0 401 Unauthorized");
	await guess();
	await guess();
	expect(await phone.next()).toBe("SIP/2.0 503 too many failures");
});
