import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";

/** Whether there is a DNS server to test against. Says so when there is none. */
export const hasDnsmasq =
	spawnSync("dnsmasq", ["--version"]).error === undefined;
if (!hasDnsmasq) {
	console.warn(
		"\n*** SKIPPED: tests of the DNS need dnsmasq (Debian: dnsmasq-base), and there is none. Nothing was looked up in a real DNS. ***\n",
	);
}

export interface SrvLine {
	readonly domain: string;
	/** By default apex-mesh. */
	readonly service?: string;
	readonly target: string;
	readonly port: number;
	readonly priority?: number;
	readonly weight?: number;
}

/** A DNS server on loopback: it knows what it is told and that nothing else exists. */
export class Dnsmasq {
	/** As a configuration names it. */
	readonly server: string;
	readonly #child: ChildProcess;

	static async start(
		hosts: Readonly<Record<string, string>>,
		records: readonly SrvLine[] = [],
		port = 0,
	): Promise<Dnsmasq> {
		const at = port === 0 ? await freePort() : port;
		const child = spawn(
			"dnsmasq",
			[
				"--no-daemon",
				`--port=${at}`,
				"--conf-file=/dev/null",
				"--pid-file=",
				"--no-resolv",
				"--no-hosts",
				"--user=",
				"--group=",
				"--listen-address=127.0.0.1",
				"--bind-interfaces",
				"--local=/example/invalid/com/",
				...Object.entries(hosts).map(
					([name, address]) => `--host-record=${name},${address}`,
				),
				...records.map(srvOption),
			],
			{ stdio: ["ignore", "ignore", "pipe"] },
		);
		const dnsmasq = new Dnsmasq(child, at);
		onTestFinished(() => dnsmasq.stop());
		await new Promise<void>((resolve, reject) => {
			let said = "";
			createInterface({ input: child.stderr }).on("line", (line) => {
				said += `${line}\n`;
				if (line.includes("started")) resolve();
			});
			child.once("exit", () => reject(new Error(`dnsmasq ended: ${said}`)));
		});
		return dnsmasq;
	}

	private constructor(child: ChildProcess, port: number) {
		this.#child = child;
		this.server = `127.0.0.1:${port}`;
	}

	async stop(): Promise<void> {
		if (this.#child.exitCode !== null || this.#child.signalCode !== null)
			return;
		const exited = once(this.#child, "exit");
		this.#child.kill("SIGKILL");
		await exited;
	}
}

function srvOption(line: SrvLine): string {
	const { domain, service = "apex-mesh", target, port } = line;
	const { priority = 0, weight = 0 } = line;
	return `--srv-host=_${service}._tcp.${domain},${target},${port},${priority},${weight}`;
}

/** A port on loopback that nothing uses, neither over UDP nor over TCP: DNS goes over both. */
export async function freePort(): Promise<number> {
	for (;;) {
		const udp = createSocket("udp4").bind(0, "127.0.0.1");
		await once(udp, "listening");
		const { port } = udp.address();
		const tcp = createServer().listen(port, "127.0.0.1");
		const isFree = await once(tcp, "listening").then(
			() => true,
			() => false,
		);
		if (isFree) await new Promise((resolve) => tcp.close(resolve));
		udp.close();
		await once(udp, "close");
		if (isFree) return port;
	}
}
