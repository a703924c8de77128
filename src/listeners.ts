/** Where a server listens. */
import type { AddressInfo, Server as NetServer } from "node:net";
import { Server as TlsServer } from "node:tls";
import { listen } from "./beep/index.js";
import { type Address, type Config, isLoopback } from "./config/index.js";
import type { Core } from "./core.js";
import { figuresOf, sipFiguresOf, xmppFiguresOf } from "./figures.js";
import type { Gate } from "./gate.js";
import { listenSip, Sip } from "./gateways/sip/index.js";
import { listenWeb, readBoard, Web } from "./gateways/web/index.js";
import type { Xmpp } from "./gateways/xmpp/index.js";
import type { Clock, Endpoint, Log, Random } from "./names/index.js";
import { presenceXml } from "./services/presence/index.js";
import { startXmpp } from "./xmpp.js";

/** The kinds of listeners, by the keys of the configuration that name them. */
export type ListenerName = "listen" | "mesh" | "web" | "sip" | "admin";

/** The listeners of one server that are open. */
export class Listeners {
	readonly #open = new Map<ListenerName, Address>();
	readonly #closing: (() => unknown)[] = [];
	readonly #secure: TlsServer[] = [];
	readonly #webs: Web[] = [];
	#xmppGateway: Xmpp | undefined;
	#sipGateway: Sip | undefined;

	/** Opens those that are configured, or none. @throws the error of the first that cannot be */
	static async open(
		config: Config,
		core: Core,
		parts: { clock: Clock; log: Log; random: Random },
	): Promise<Listeners> {
		const listeners = new Listeners();
		try {
			await listeners.#beep(config, core);
			await listeners.#web(config, core, parts);
			await listeners.#sip(config, core, parts);
			await listeners.#xmpp(config, core, parts);
			await listeners.#admin(config, core, parts.log);
		} catch (error) {
			await listeners.close();
			throw error;
		}
		return listeners;
	}

	/** Where one listens: the port is a real one even when port 0 was asked for. */
	address(name: ListenerName): Address | undefined {
		return this.#open.get(name);
	}

	/** All of them, by name. */
	get addresses(): ReadonlyMap<ListenerName, Address> {
		return this.#open;
	}

	/** Closes them, and what has come by them and is no BEEP session. */
	async close(): Promise<void> {
		await Promise.all(this.#closing.splice(0).map((close) => close()));
	}

	/** An account is no more, and nobody goes on in its name. */
	dismiss(name: Endpoint): void {
		for (const web of this.#webs) web.dismiss(name);
	}

	/** The certificate is another one now. */
	reload({ tls }: Gate): void {
		if (tls === undefined) return;
		for (const server of this.#secure) server.setSecureContext(tls.context());
	}

	async #beep({ listen: at, mesh }: Config, { gate, relay }: Core) {
		if (at !== undefined) {
			const profiles = gate.forEndpoints(at, relay.profile());
			this.#opened(
				...(["listen", at] as const),
				await listen(at, (socket) => {
					gate.accept(socket, profiles);
				}),
			);
		}
		if (mesh !== undefined) {
			const profiles = gate.forRelays(relay.profile("relay-relay"));
			this.#opened(
				...(["mesh", mesh] as const),
				await listen(mesh, (socket) => gate.acceptRelay(socket, profiles)),
			);
		}
	}

	async #web(
		config: Config,
		{ gate, relay, cpp, enter }: Core,
		parts: { clock: Clock; log: Log; random: Random },
	) {
		const { web: at, dev, domains, behindProxy, limits } = config;
		if (at === undefined) return;
		const profiles = gate.forTunnelled(relay.profile());
		const web = new Web({
			...{ ...parts, cpp, dev, domains, behindProxy },
			limits: {
				...limits,
				// on a laptop everybody comes from the same address
				...(dev && { webStreams: Number.POSITIVE_INFINITY }),
			},
			hosts: [...domains, ...hostsOf(at), ...config.webHosts],
			origins: config.webOrigins,
			login: gate.login,
			enter,
			acceptBeep: (stream, { address, encrypted }) => {
				gate.acceptStream(stream, { address, encrypted }, profiles);
			},
			apexXml: (entry) => presenceXml(entry, config.timestampOffset),
			board: readBoard(),
		});
		this.#webs.push(web);
		this.#closing.push(() => web.close());
		// on loopback, and behind a proxy, there is nobody in between
		const isPlain = isLoopback(at.host) || behindProxy;
		const tls = isPlain ? undefined : gate.tls?.context();
		this.#opened("web", at, await listenWeb(at, web, tls));
	}

	async #sip(
		config: Config,
		{ gate, cpp, accounts, enter, sipRows: store }: Core,
		parts: { clock: Clock; log: Log; random: Random },
	) {
		const { sip: at, dev, domains, sipAdvertised, sipUnpermitted } = config;
		if (at === undefined) return;
		const { limits } = config;
		const sip = new Sip({
			...{ ...parts, cpp, dev, domains, enter, store },
			digest: (user, realm) => accounts.digest(user, realm),
			...(gate.attempts && { attempts: gate.attempts }),
			unpermitted: () => sipUnpermitted,
			limits,
		});
		const advertised = sipAdvertised && { advertised: sipAdvertised };
		const { port, close } = await listenSip({ ...at, ...advertised }, sip);
		this.#sipGateway = sip;
		this.#open.set("sip", { host: at.host, port });
		this.#closing.push(close);
	}

	async #xmpp(
		config: Config,
		core: Core,
		parts: { clock: Clock; log: Log; random: Random },
	) {
		const xmpp = await startXmpp(config, core, parts);
		if (xmpp === undefined) return;
		this.#xmppGateway = xmpp;
		this.#closing.push(() => xmpp.close());
	}

	async #admin({ admin: at }: Config, core: Core, log: Log) {
		if (at === undefined) return;
		// few have it, and it takes a tenth of the modules
		const { listenMetrics, Metrics } = await import("./metrics/index.js");
		const sip = this.#sipGateway;
		const xmpp = this.#xmppGateway;
		const metrics = new Metrics({
			...figuresOf(core),
			...(sip && sipFiguresOf(() => sip.figures)),
			...(xmpp && xmppFiguresOf(() => xmpp.figures)),
		});
		const { server, close } = await listenMetrics(at, {
			...{ metrics, log },
			ready: () => this.#closing.length > 0,
		});
		this.#closing.push(close);
		this.#opened("admin", at, server);
	}

	#opened(name: ListenerName, { host }: Address, server: NetServer): void {
		const { port } = server.address() as AddressInfo;
		this.#open.set(name, { host, port });
		this.#closing.push(() => server.close());
		if (server instanceof TlsServer) this.#secure.push(server);
	}
}

/** The names by which a listener can be asked: the one that it has, and those of loopback. */
function hostsOf({ host }: Address): string[] {
	return isLoopback(host) ? [host, "localhost", "127.0.0.1", "[::1]"] : [host];
}
