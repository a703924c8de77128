/** SIP at a whole server: the same presence over SIP, BEEP and HTTP. */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { connect } from "../../../src/client/index.js";
import { type ConfigInput, loadConfig } from "../../../src/config/index.js";
import { type Server, startServer } from "../../../src/server.js";
import { destinations, iterate, next, status } from "../../client/harness.js";
import { endpoint } from "../../presence/harness.js";
import { answerTo, Client } from "./harness.js";

const FRED = endpoint("fred");

async function started(flags: ConfigInput): Promise<Server> {
	const at = { listen: "127.0.0.1:0", web: "127.0.0.1:0", sip: "127.0.0.1:0" };
	return startServer(loadConfig({ flags: { dev: true, ...at, ...flags } }));
}

/** A user agent that answers every NOTIFY, and says what its bodies say. */
class Agent {
	readonly #socket: Socket;
	readonly #heard: string[] = [];
	#wake = (): void => {};

	private constructor(socket: Socket) {
		this.#socket = socket;
		socket.on("message", (octets, { port }) => {
			const text = octets.toString();
			if (text.startsWith("NOTIFY")) socket.send(answerTo(text, 200), port);
			const [basic] = /(?<=<basic>)\w+/.exec(text) ?? [];
			const [line = ""] = text.split("\r\n");
			this.#heard.push(line.startsWith("NOTIFY") ? `NOTIFY ${basic}` : line);
			this.#wake();
		});
	}

	static async open(): Promise<Agent> {
		const socket = createSocket("udp4").bind(0, "127.0.0.1");
		await once(socket, "listening");
		onTestFinished(() => {
			socket.close();
		});
		return new Agent(socket);
	}

	say({ addresses }: Server, text: string): void {
		const { port } = this.#socket.address();
		const here = text.replaceAll("198.51.100.1:5060", `127.0.0.1:${port}`);
		this.#socket.send(here, addresses.get("sip")?.port);
	}

	async next(): Promise<string> {
		while (this.#heard.length === 0) {
			await new Promise<void>((resolve) => {
				this.#wake = resolve;
			});
		}
		return this.#heard.shift() ?? "";
	}
}

function folder(): string {
	const data = mkdtempSync(join(tmpdir(), "apex-sip-"));
	onTestFinished(() => rmSync(data, { recursive: true, force: true }));
	return data;
}

test("what is published over SIP is told over BEEP and had over HTTP, and back", async () => {
	const server = await started({ data: folder() });
	onTestFinished(() => server.close());
	const client = await connect(server.address);
	const fred = await client.attach(FRED);
	const entries = iterate(fred.subscribe(FRED));
	await next(entries);

	const phone = await Agent.open();
	phone.say(server, new Client("fred", "fred").publish("open"));
	expect(await phone.next()).toBe("SIP/2.0 200 OK");
	expect(destinations(await next(entries))).toEqual(["sip:fred@192.0.2.9"]);
	const port = server.addresses.get("web")?.port;
	const had = await fetch(`http://127.0.0.1:${port}/presence/${FRED}`);
	expect(await had.text()).toContain("<contact>sip:fred@192.0.2.9</contact>");

	phone.say(server, new Client("wilma", "fred").subscribe());
	expect(await phone.next()).toBe("SIP/2.0 200 OK");
	expect(await phone.next()).toBe("NOTIFY open");
	await client.close();
});

test("a dialog goes on after the server was killed", async () => {
	const data = folder();
	const first = await started({ data });
	const phone = await Agent.open();
	const wilma = new Client("wilma", "fred");
	phone.say(first, new Client("fred", "fred").publish("open"));
	expect(await phone.next()).toBe("SIP/2.0 200 OK");
	phone.say(first, wilma.subscribe());
	expect(await phone.next()).toBe("SIP/2.0 200 OK");
	expect(await phone.next()).toBe("NOTIFY open");
	await first.kill();

	const second = await started({ data });
	onTestFinished(() => second.close());
	expect(await phone.next()).toBe("NOTIFY open");
	const client = await connect(second.address);
	const fred = await client.attach(FRED);
	await fred.publish({
		...status(FRED, "sip:fred@192.0.2.9"),
		tuples: [
			{
				destination: "sip:fred@192.0.2.9",
				availableUntil: "2000-01-01T00:00:00Z",
			},
		],
	});
	expect(await phone.next()).toBe("NOTIFY closed");
	await client.close();
});

test("outside dev SIP wants digests in the accounts", () => {
	const flags = { sip: "127.0.0.1:0", listen: "127.0.0.1:0" };
	expect(() => loadConfig({ flags })).toThrow(/sasl\.digest/);
	expect(
		loadConfig({ flags: { ...flags, sasl: { digest: true } } }).sip,
	).toMatchObject({ port: 0 });
});
