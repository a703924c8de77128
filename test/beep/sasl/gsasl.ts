// GNU SASL's command as the client of an exchange: lines of base64 on its standard input and
// output become blobs of a BEEP session.

import { type ChildProcessByStdio, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import {
	BeepError,
	type Channel,
	type MechanismName,
	SASL_URI,
	type Session,
} from "../../../src/beep/index.js";
import {
	type Blob,
	blob,
	readBlob,
	xmlOf,
} from "../../../src/beep/sasl/blob.js";

const BEEP_XML = "Content-Type: application/beep+xml\r\n\r\n";

/** Whether the command is there. */
export function hasGsasl(): boolean {
	return spawnSync("gsasl", ["--version"]).status === 0;
}

export interface GsaslOptions {
	readonly arguments: readonly string[];
	/** Where the initial response goes: with the start, or in the first MSG. */
	readonly piggyback?: boolean;
	/** What it asks for before it says anything, e.g. a channel binding. */
	readonly asked?: readonly string[];
	/** Changes what it says on the way. */
	readonly wire?: (response: Buffer, index: number) => Buffer;
}

// it would go on with a security layer
const QUIT = ["--application-data"];

class Gsasl {
	readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
	readonly #lines: AsyncIterator<string>;
	readonly #mechanism: string;
	#errors = "";

	constructor(mechanism: MechanismName, options: GsaslOptions) {
		this.#mechanism = mechanism;
		this.#child = spawn(
			"gsasl",
			["--client", `--mechanism=${mechanism}`, ...QUIT, ...options.arguments],
			{ stdio: ["pipe", "pipe", "pipe"] },
		);
		this.#child.stderr.on("data", (text) => {
			this.#errors += text;
		});
		// it may be gone before it has heard everything
		this.#child.stdin.on("error", () => {});
		const lines = createInterface({ input: this.#child.stdout });
		this.#lines = lines[Symbol.asyncIterator]();
		for (const answer of options.asked ?? [])
			this.#child.stdin.write(`${answer}\n`);
	}

	/** What it says next, words for people left out; nothing once it is gone. */
	async says(): Promise<Buffer | undefined> {
		for (;;) {
			const { value, done } = await this.#lines.next();
			if (done) return undefined;
			const line = value.replace(/^Enter .*: /, "");
			if (line === this.#mechanism) continue;
			if (/^[A-Za-z0-9+/]*={0,2}$/.test(line) && line.length % 4 === 0) {
				return Buffer.from(line, "base64");
			}
		}
	}

	hears(octets: Buffer): void {
		this.#child.stdin.write(`${octets.toString("base64")}\n`);
	}

	/** @returns its exit status, and what it had to say for itself */
	async ends(): Promise<{ status: number | null; errors: string }> {
		this.#child.stdin.end();
		if (this.#child.exitCode === null) await once(this.#child, "close");
		return { status: this.#child.exitCode, errors: this.#errors };
	}
}

/**
 * Authenticates with gsasl over a session.
 *
 * @returns what gsasl made of it
 * @throws BeepError with what the server says
 */
export async function authenticateWith(
	session: Session,
	mechanism: MechanismName,
	options: GsaslOptions,
): Promise<{ status: number | null; errors: string }> {
	const gsasl = new Gsasl(mechanism, options);
	const { wire = (response) => response, piggyback = true } = options;
	let said = 0;
	const next = async (): Promise<Buffer> => {
		const response = await gsasl.says();
		if (response !== undefined) return wire(response, said++);
		const { errors } = await gsasl.ends();
		throw new Error(`gsasl has nothing to say: ${errors}`);
	};
	try {
		// a mechanism in which the server speaks first begins with an empty line
		const initial = await next();
		const sendsIt = piggyback && mechanism !== "DIGEST-MD5";
		const content = sendsIt
			? blob({ status: "continue", octets: initial })
			: "";
		const uri = SASL_URI + mechanism;
		const { channel, content: answer } = await session.start(
			[{ uri, content }],
			{ handler: { message: () => {} }, tuning: true },
		);
		let heard = readBlob(answer);
		if (!sendsIt && mechanism !== "DIGEST-MD5") {
			heard = await ask(channel, initial);
		}
		while (heard.status !== "complete") {
			gsasl.hears(heard.octets);
			heard = await ask(channel, await next());
		}
		gsasl.hears(heard.octets);
		// after data it has nothing to say, and wants to hear that we have not, either
		gsasl.hears(Buffer.alloc(0));
		return await gsasl.ends();
	} catch (error) {
		await gsasl.ends();
		throw error;
	}
}

async function ask(channel: Channel, octets: Buffer): Promise<Blob> {
	const message = BEEP_XML + blob({ status: "continue", octets });
	const reply = await channel.request(message);
	if ("payload" in reply) return readBlob(xmlOf(reply.payload));
	throw new BeepError(421, "the session has ended");
}
