import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { openWire, type Wire } from "../../src/client/index.js";

const COMMAND = fileURLToPath(
	new URL("../../dist/cli/main.js", import.meta.url),
);

/** `apex serve` as a process of its own, which can be killed as no test of a library can be. */
export class Served {
	readonly #child: ChildProcess;
	readonly #port: number;

	private constructor(child: ChildProcess, port: number) {
		this.#child = child;
		this.#port = port;
	}

	/** Starts it on a data folder. @throws where it ends before it listens */
	static async start(data: string): Promise<Served> {
		if (!existsSync(COMMAND)) {
			throw new Error(`${COMMAND} is missing: run "npm run build" first`);
		}
		const listen = ["--dev", "--listen", "127.0.0.1:0"];
		const child = spawn(
			process.execPath,
			[COMMAND, "serve", ...listen, "--data", data],
			{ stdio: ["ignore", "pipe", "inherit"] },
		);
		const port = await new Promise<number>((resolve, reject) => {
			child.once("close", (code) => reject(new Error(`it ended with ${code}`)));
			createInterface({ input: child.stdout }).on("line", (line) => {
				const [, port] = /"ready on [^"]*:(\d+)"/.exec(line) ?? [];
				if (port !== undefined) resolve(Number(port));
			});
		});
		return new Served(child, port);
	}

	/** An application, attached as an endpoint. */
	attach(endpoint: string): Promise<Application> {
		return Application.attach(this.#port, endpoint);
	}

	/** kill -9. */
	async kill(): Promise<void> {
		if (this.#child.exitCode !== null || this.#child.signalCode !== null)
			return;
		const closed = once(this.#child, "close");
		this.#child.kill("SIGKILL");
		await closed;
	}
}

/** One session with a channel, attached as an endpoint. It answers when it is told to. */
export class Application {
	/** What it got and was not taken yet. */
	readonly #got: string[] = [];
	readonly #answers: string[] = [];
	#wire: Wire | undefined;
	#changed: () => void = () => {};
	#lost = false;
	#transID = 1;

	static async attach(port: number, endpoint: string): Promise<Application> {
		const application = new Application();
		const at = { host: "127.0.0.1", port };
		application.#wire = await openWire(at, (arrival) => {
			if (arrival.kind === "closed") application.#lost = true;
			else if (arrival.kind === "MSG") application.#got.push(arrival.xml);
			else application.#answers.push(arrival.xml);
			application.#changed();
		});
		await application.attachAs(endpoint);
		return application;
	}

	/** Attaches as one more endpoint, which with --dev is provisioned, and so committed, first. */
	async attachAs(endpoint: string): Promise<void> {
		const transID = this.#transID++;
		await this.ask([`<attach endpoint='${endpoint}' transID='${transID}' />`]);
	}

	/** Sends elements; each is answered with `ok`. */
	async ask(elements: readonly string[]): Promise<void> {
		for (const xml of elements) this.#wire?.send(xml);
		await this.#until(() => this.#answers.length >= elements.length);
		for (const answer of this.#answers.splice(0, elements.length)) {
			if (!/^<ok ?\/>$/.test(answer)) throw new Error(answer);
		}
	}

	/** Takes so many of what it got, in order. @param answered says whether it answers each with `ok` */
	async take(count: number, answered: boolean): Promise<string[]> {
		const taken: string[] = [];
		while (taken.length < count) {
			await this.#until(() => this.#got.length > 0);
			for (const xml of this.#got.splice(0, count - taken.length)) {
				taken.push(xml);
				if (answered) this.#wire?.answer("RPY", "<ok />");
			}
		}
		return taken;
	}

	/** What it got and has not taken. */
	rest(): string[] {
		return this.#got.splice(0);
	}

	drop(): void {
		this.#wire?.drop();
	}

	async #until(holds: () => boolean): Promise<void> {
		while (!holds()) {
			if (this.#lost) throw new Error("the connection was lost");
			await this.#change();
		}
	}

	#change(): Promise<void> {
		return new Promise((resolve) => {
			this.#changed = resolve;
		});
	}
}
