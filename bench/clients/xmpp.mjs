// Just enough XMPP: logs in, becomes available, and hears presence.
import { open } from "./socket.mjs";

const HEADER =
	"<?xml version='1.0'?><stream:stream to='example.com' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";

class Stream {
	#socket;
	#text = "";
	#until;
	/** Called with each presence stanza once `listen` has been called. */
	onPresence = (_stanza) => {};

	constructor({ socket, onOctets }) {
		this.#socket = socket;
		onOctets((octets) => {
			this.#text += octets.latin1Slice();
			this.#read();
		});
	}

	send(text) {
		this.#socket.write(text, "latin1");
	}

	/** Sends, and waits until something arrives. */
	ask(text, until) {
		this.send(text);
		return new Promise((resolve) => {
			this.#until = { text: until, resolve };
		});
	}

	#read() {
		if (this.#until !== undefined) {
			const at = this.#text.indexOf(this.#until.text);
			if (at < 0) return;
			this.#text = this.#text.slice(at + this.#until.text.length);
			const { resolve } = this.#until;
			this.#until = undefined;
			resolve();
		}
		for (;;) {
			const begin = this.#text.indexOf("<presence");
			if (begin < 0) return;
			const tag = this.#text.indexOf(">", begin);
			if (tag < 0) return;
			const empty = this.#text[tag - 1] === "/";
			const close = empty ? tag : this.#text.indexOf("</presence>", tag);
			if (close < 0) return;
			const end = empty ? tag + 1 : close + 11;
			this.onPresence(this.#text.slice(begin, end));
			this.#text = this.#text.slice(end);
		}
	}
}

/** Connects and logs in as an account. */
export async function login(port, number) {
	const stream = new Stream(await open(port));
	const secret = Buffer.from(`\0u${number}\0secret`).toString("base64");
	await stream.ask(HEADER, "</stream:features>");
	await stream.ask(
		`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${secret}</auth>`,
		"<success",
	);
	await stream.ask(HEADER, "</stream:features>");
	await stream.ask(
		"<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>r</resource></bind></iq>",
		"</iq>",
	);
	return stream;
}
