/** What becomes of the users of guest domains, where the server of these cannot be reached. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import { expect, it, onTestFinished } from "vitest";
import { connect } from "../../src/client/index.js";
import type { ConfigInput } from "../../src/config/index.js";
import type { Server } from "../../src/server.js";
import { iterate, next } from "../client/harness.js";
import { FakeServer } from "../gateways/xmpp/server.js";
import { attachXml, Line, OK, start, temporary } from "./harness.js";

const JULIET = "juliet@capulet.example";

const xmpp: NonNullable<ConfigInput["xmpp"]> = {
	component: "apex.example.net",
	// nobody listens there
	server: "127.0.0.1:1",
	password: "swordfish",
	domains: ["capulet.example"],
};

const data = (recipient: string, content: string, option = ""): string =>
	`<data content='#Content'><originator identity='fred@example.com' /><recipient identity='${recipient}' />${option}<data-content Name='Content'>${content}</data-content></data>`;

async function fred(server: Server): Promise<Line> {
	const line = await Line.open(server.address);
	expect(await line.ask(attachXml("fred@example.com"))).toBe(`RPY ${OK}`);
	return line;
}

async function figures({ addresses }: Server): Promise<string> {
	const port = addresses.get("admin")?.port;
	return (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
}

it("nobody attaches as a guest, or binds for its domain, even with --dev", async () => {
	const line = await Line.open((await start({ xmpp })).address);
	for (const guest of [JULIET, "juliet/desk@capulet.example"]) {
		expect(await line.ask(attachXml(guest))).toMatch(/^ERR .*537/);
	}
	const bind = "<bind relay='capulet.example' transID='1' />";
	expect(await line.ask(bind)).toMatch(/^ERR .*537/);
});

it("who attaches to a server without guests is told that the domain is another", async () => {
	const line = await Line.open((await start()).address);
	expect(await line.ask(attachXml(JULIET))).toMatch(/^ERR .*553/);
});

it("data for a guest is not held: it would wait for ever", async () => {
	const access = [{ actor: "*@example.com", actions: ["core:data"] }];
	const line = await fred(await start({ xmpp, access }));
	const held =
		"<option internal='hold4Endpoint' targetHop='final' mustUnderstand='true' transID='5' />";
	const report =
		"<option internal='statusRequest' targetHop='final' mustUnderstand='true' transID='6' />";
	line.send(data(JULIET, "<hello />", held + report));
	expect(await line.next()).toBe(`RPY ${OK}`);
	expect(await line.next()).toMatch(/statusResponse.*code=.550/s);
});

it("endpoints served here may subscribe to a guest, and not watch it or publish for it", async () => {
	const client = await connect((await start({ xmpp })).address);
	onTestFinished(() => client.close());
	const fred = await client.attach("fred/desk@example.com");
	const entry = await next(iterate(fred.subscribe(JULIET)));
	expect(entry).toMatchObject({ publisher: JULIET });
	await expect(next(iterate(fred.watch(JULIET)))).rejects.toMatchObject({
		code: 537,
	});
	await expect(fred.publish(entry)).rejects.toMatchObject({ code: 537 });
	const other = fred.poll("juliet/desk@capulet.example");
	await expect(other).rejects.toMatchObject({ code: 550 });
});

it("over HTTP nobody publishes as a guest; with --dev anybody looks, and that leaves no trace", async () => {
	const listeners = { web: "127.0.0.1:0", admin: "127.0.0.1:0" };
	const server = await start({ xmpp, ...listeners });
	const port = server.addresses.get("web")?.port;
	const url = `http://127.0.0.1:${port}/presence/${JULIET}`;
	const headers = { "Content-Type": "application/pidf+xml" };
	const body = `<presence xmlns="urn:ietf:params:xml:ns:pidf" entity="pres:${JULIET}"/>`;
	const put = await fetch(url, { method: "PUT", headers, body });
	expect(put.status).toBe(403);
	const got = await fetch(url);
	expect(await got.text()).toContain("<basic>closed</basic>");
	expect(await figures(server)).toMatch(/^apex_endpoints 0$/m);
});

it("the secret is the first line of a file, and in no line of the log", async () => {
	const xmppServer = await FakeServer.listen();
	onTestFinished(() => xmppServer.close());
	const passwordFile = join(temporary(), "secret");
	writeFileSync(passwordFile, "swordfish\n");
	const { password: _, ...others } = xmpp;
	let log = "";
	const write = (line: string): void => {
		log += line;
		xmppServer.changed();
	};
	await start(
		{
			xmpp: {
				...{ ...others, passwordFile },
				server: `127.0.0.1:${xmppServer.port}`,
			},
		},
		{ log: pino({ level: "debug" }, { write }) },
	);
	await xmppServer.until(() => log.includes("connected to the XMPP server"));
	expect(log).not.toContain("swordfish");
});

it.each([
	["is not there", undefined],
	["is empty", "\nswordfish"],
])(
	"a file of the secret that %s is an error with its name",
	async (_, text) => {
		const passwordFile = join(temporary(), "secret");
		if (text !== undefined) writeFileSync(passwordFile, text);
		const { password: __, ...others } = xmpp;
		const started = start({ xmpp: { ...others, passwordFile } });
		await expect(started).rejects.toThrow(passwordFile);
	},
);

it("figures say that the XMPP server is not there, and whom it would be asked for", async () => {
	const server = await start({ xmpp, admin: "127.0.0.1:0" });
	const client = await connect(server.address);
	onTestFinished(() => client.close());
	const fred = await client.attach("fred@example.com");
	await next(iterate(fred.subscribe(JULIET)));
	const text = await figures(server);
	expect(text).toMatch(/^apex_xmpp_up 0$/m);
	expect(text).toMatch(/^apex_xmpp_guests 1$/m);
	expect(text).toMatch(/^apex_xmpp_subscriptions 0$/m);
});
