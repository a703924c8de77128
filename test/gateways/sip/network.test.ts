import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { answerTo, Client } from "./harness.js";
import { type Live, startLive } from "./live.js";

const open: { close(): unknown }[] = [];
afterEach(async () => {
	for (const one of open.splice(0).reverse()) await one.close();
});

async function live(): Promise<Live> {
	const started = await startLive(["fred", "wilma"], {
		limits: { sipNotifySeconds: 0 },
	});
	open.push(started);
	return started;
}

/** Messages that come over a connection, one after another, with NOTIFYs answered. */
class Connection {
	readonly socket: Socket;
	#text = "";
	readonly #waiting: ((text: string) => void)[] = [];
	readonly #messages: string[] = [];

	constructor(socket: Socket) {
		this.socket = socket;
		open.push({ close: () => socket.destroy() });
		socket.on("data", (chunk) => this.#take(chunk.toString("latin1")));
	}

	next(): Promise<string> {
		const known = this.#messages.shift();
		if (known !== undefined) return Promise.resolve(known);
		return new Promise((resolve) => this.#waiting.push(resolve));
	}

	#take(text: string): void {
		this.#text += text;
		for (;;) {
			const head = this.#text.indexOf("\r\n\r\n") + 4;
			const length = Number(/^Content-Length: (\d+)/m.exec(this.#text)?.[1]);
			if (head < 4 || this.#text.length < head + length) return;
			const message = this.#text.slice(0, head + length);
			this.#text = this.#text.slice(head + length);
			if (message.startsWith("NOTIFY"))
				this.socket.write(answerTo(message, 200));
			const waiting = this.#waiting.shift();
			if (waiting === undefined) this.#messages.push(message);
			else waiting(message);
		}
	}
}

const overTcp = (port: number) => ({
	Via: "SIP/2.0/TCP 127.0.0.1:1;branch=z9hG4bKtcp",
	Contact: `<sip:wilma@127.0.0.1:${port};transport=tcp>`,
});

test("UDP: a SUBSCRIBE from a socket is answered, and the NOTIFY goes to its Contact", async () => {
	const { listener } = await live();
	const [asking, told] = await Promise.all([udp(), udp()]);
	const via = `SIP/2.0/UDP 127.0.0.1:${asking.address().port};branch=z9hG4bKudp`;
	const contact = `<sip:wilma@127.0.0.1:${told.address().port}>`;
	const answered = once(asking, "message");
	const notified = once(told, "message");
	asking.send(
		new Client().subscribe(3600, { Via: via, Contact: contact }),
		listener.port,
		"127.0.0.1",
	);
	expect(String((await answered)[0])).toMatch(/^SIP\/2.0 200 OK\r\n/);
	const notify = String((await notified)[0]);
	expect(notify).toMatch(/^NOTIFY sip:wilma@127.0.0.1:\d+ SIP\/2.0\r\n/);
	expect(notify).toContain(`Contact: <sip:127.0.0.1:${listener.port}>`);
});

test("TCP: the NOTIFY comes over the subscriber's own connection, which no port in Contact leads to", async () => {
	const { listener } = await live();
	const client = new Connection(connect(listener.port, "127.0.0.1"));
	client.socket.write(new Client().subscribe(3600, overTcp(1)));
	expect(await client.next()).toMatch(/^SIP\/2.0 200 OK\r\n/);
	const notify = await client.next();
	expect(notify).toMatch(/^NOTIFY /);
	expect(notify).toContain(`Via: SIP/2.0/TCP 127.0.0.1:${listener.port};`);
	expect(notify).toContain(
		`Contact: <sip:127.0.0.1:${listener.port};transport=tcp>`,
	);
});

test("TCP: once that connection is gone, one is opened to the Contact", async () => {
	const { listener, cpp } = await live();
	const server = createServer();
	open.push({ close: () => server.close() });
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as AddressInfo;
	const client = new Connection(connect(listener.port, "127.0.0.1"));
	client.socket.write(new Client().subscribe(60, overTcp(port)));
	await client.next();
	await client.next();
	client.socket.destroy();
	const accepted = once(server, "connection");
	cpp.publish(
		{
			...{
				originator: "pres:fred@example.com",
				publisher: "pres:fred@example.com",
				transID: "p",
			},
			content: {
				contentType: "application/pkcs7-mime",
				octets: Buffer.from("x"),
			},
		},
		() => {},
	);
	const [socket] = await accepted;
	expect(await new Connection(socket).next()).toMatch(/^NOTIFY /);
});

test("TCP: where nobody listens at the Contact, the dialog ends", async () => {
	const { listener, sip } = await live();
	const asking = await udp();
	const via = `SIP/2.0/UDP 127.0.0.1:${asking.address().port};branch=z9hG4bKudp`;
	asking.send(
		new Client().subscribe(3600, { ...overTcp(1), Via: via }),
		listener.port,
		"127.0.0.1",
	);
	await once(asking, "message");
	while (sip.dialogs > 0) await new Promise(setImmediate);
});

test("TCP: two line ends are answered with one, and what is no SIP ends the connection", async () => {
	const { listener } = await live();
	const socket = connect(listener.port, "127.0.0.1");
	socket.write("\r\n\r\n");
	const [pong] = await once(socket, "data");
	expect(String(pong)).toBe("\r\n");
	socket.on("error", () => {});
	socket.write("GET / HTTP/1.1\r\n\r\n");
	await once(socket, "close");
});

test("a port that is taken is an error, and nothing is left open", async () => {
	const { listener } = await live();
	await expect(startLive(["fred"], {}, listener.port)).rejects.toThrow(
		"EADDRINUSE",
	);
});

async function udp(): Promise<UdpSocket> {
	const socket = createSocket("udp4");
	open.push({ close: () => socket.close() });
	socket.bind(0, "127.0.0.1");
	await once(socket, "listening");
	return socket;
}
