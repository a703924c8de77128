import { type IncomingMessage, type Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Endpoint } from "../../names/index.js";
import { refuse } from "./answer.js";
import { endAbandoned } from "./applications.js";
import { type Arrival, arrivalOf } from "./arrival.js";
import { answerFile } from "./board.js";
import { Credentials } from "./credentials.js";
import { EventStream } from "./events.js";
import { Hosts } from "./host.js";
import { type PresencePath, presencePath } from "./paths.js";
import { PresenceResource } from "./presence-resource.js";
import { Problem } from "./problem.js";
import { ending, Sockets, tooMany } from "./sockets.js";
import { Streams } from "./streams.js";
import { WEB_LIMITS, type WebLimits, type WebParts } from "./types.js";
import { Visits } from "./visits.js";

/** The gateway: RFC 3859 for scripts and pages, and BEEP for whoever has no TCP. */
export class Web {
	readonly limits: WebLimits;
	readonly #parts: WebParts;
	readonly #hosts: Hosts;
	readonly #credentials: Credentials;
	readonly #streams: Streams;
	readonly #resource: PresenceResource;
	readonly #sockets: Sockets;
	readonly #events = new Set<EventStream>();
	readonly #visits = new Visits();
	readonly #servers = new Set<Server>();
	#stopBeating: () => void = () => {};
	#closed = false;

	/** The presence core has been loaded: what a crash left of our subscriptions ends here. */
	constructor(parts: WebParts) {
		this.#parts = parts;
		this.limits = { ...WEB_LIMITS, ...parts.limits };
		this.#hosts = new Hosts(parts.hosts, parts.origins);
		this.#credentials = new Credentials(parts);
		this.#streams = new Streams(this.limits.webStreams);
		this.#resource = new PresenceResource({ ...parts, limits: this.limits });
		this.#sockets = new Sockets({
			...parts,
			credentials: this.#credentials,
			streams: this.#streams,
			visits: this.#visits,
			limits: this.limits,
		});
		endAbandoned(parts.cpp);
		this.#beat();
	}

	/** Answers what a server is asked, until both are closed. */
	serve(server: Server): void {
		this.#servers.add(server);
		server.on("request", (request, response) => this.handle(request, response));
		server.on("upgrade", (request, socket, head) =>
			this.upgrade(request, socket, head),
		);
	}

	/** For the "request" event of a server. */
	handle(request: IncomingMessage, response: ServerResponse): void {
		const arrival = arrivalOf(request, this.#parts.behindProxy ?? false);
		this.#conclude(response, this.#answer(request, response, arrival));
	}

	/** For the "upgrade" event of a server. */
	upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
		const response = new ServerResponse(request);
		response.shouldKeepAlive = false;
		if (request.headers.upgrade?.toLowerCase() !== "websocket") {
			// RFC 9110 §7.8: an upgrade that is not known is ignored; a body went with the parser
			respondOn(response, socket);
			if (request.method === "GET" || request.method === "HEAD") {
				this.handle(request, response);
			} else refuse(response, new Problem(400, "no such upgrade"));
			return;
		}
		const hangUp = (): void => void socket.destroy();
		socket.on("error", hangUp);
		const arrival = arrivalOf(request, this.#parts.behindProxy ?? false);
		const upgraded = this.#upgrade({ request, socket, head }, arrival);
		const refused = upgraded.then((problem) => {
			if (problem !== undefined) respondOn(response, socket);
			else socket.off("error", hangUp);
			return problem;
		});
		this.#conclude(response, refused);
	}

	/** Ends what goes on in the name of an account that is no more. */
	dismiss(who: Endpoint): void {
		this.#visits.dismiss(who);
	}

	/**
	 * Ends every connection, and every server that is served.
	 *
	 * @returns when they have ended, and with them their subscriptions
	 */
	async close(): Promise<void> {
		this.#closed = true;
		this.#stopBeating();
		for (const events of this.#events) events.end();
		const servers = [...this.#servers].map(
			(server) => new Promise((resolve) => server.close(resolve)),
		);
		await this.#sockets.close();
		for (const server of this.#servers) server.closeAllConnections();
		await Promise.all(servers);
	}

	#conclude(
		response: ServerResponse,
		answered: Promise<Problem | undefined>,
	): void {
		answered
			.catch((error: Error) => {
				// whoever has gone needs no answer
				if (response.socket?.destroyed) return undefined;
				this.#parts.log.error({ error }, "a request could not be answered");
				return new Problem(500, "the server has failed");
			})
			.then((problem) => {
				if (problem === undefined) return;
				if (response.headersSent) response.destroy();
				else refuse(response, problem);
			});
	}

	async #upgrade(
		upgrade: Parameters<Sockets["upgrade"]>[0],
		arrival: Arrival,
	): Promise<Problem | undefined> {
		const problem = this.#refusal(arrival);
		return problem ?? this.#sockets.upgrade(upgrade, arrival);
	}

	async #answer(
		request: IncomingMessage,
		response: ServerResponse,
		arrival: Arrival,
	): Promise<Problem | undefined> {
		const problem = this.#refusal(arrival);
		if (problem !== undefined) return problem;
		const { path } = arrival;
		const presence = presencePath(path, this.#parts.domains);
		if (presence !== undefined) {
			return this.#presence(request, response, arrival, presence);
		}
		const file = this.#parts.board?.(path);
		if (file === undefined) return new Problem(404, "there is nothing here");
		const { method = "" } = request;
		if (!READS.includes(method)) return notAllowed(READS);
		answerFile(request, response, file);
		return undefined;
	}

	async #presence(
		request: IncomingMessage,
		response: ServerResponse,
		arrival: Arrival,
		{ subject, isEvents }: PresencePath,
	): Promise<Problem | undefined> {
		const methods = isEvents ? ["GET"] : [...READS, "PUT"];
		const { method = "", headers } = request;
		if (!methods.includes(method)) return notAllowed(methods);
		if (subject === undefined) return unknown;
		const who = await this.#credentials.acting(
			headers.authorization,
			arrival,
			subject,
		);
		if (who instanceof Problem) return who;
		// whoever has gone meanwhile would not go again
		if (response.destroyed) return undefined;
		if (method === "PUT") await this.#credentials.enter(who);
		const parties = { who, subject };
		if (isEvents) return this.#follow(response, arrival, parties);
		return method === "PUT"
			? this.#resource.put(request, response, parties)
			: this.#resource.get(request, response, parties);
	}

	async #follow(
		response: ServerResponse,
		{ address }: Arrival,
		parties: { who: Endpoint; subject: Endpoint },
	): Promise<Problem | undefined> {
		const leave = this.#streams.take(address);
		if (leave === undefined) return tooMany();
		const parts = { ...this.#parts, limits: this.limits };
		const events = new EventStream(parts, response);
		this.#events.add(events);
		const left = this.#visits.add(parties.who, () => events.end());
		response.once("close", () => {
			this.#events.delete(events);
			leave();
			left();
		});
		return events.begin(parts, parties);
	}

	#refusal(arrival: Arrival): Problem | undefined {
		return this.#closed ? ending : this.#hosts.refusal(arrival);
	}

	#beat(): void {
		const { clock } = this.#parts;
		const next = clock.now() + this.limits.webHeartbeatSeconds * 1000;
		this.#stopBeating = clock.at(next, () => {
			this.#sockets.beat();
			for (const events of this.#events) events.beat();
			this.#beat();
		});
	}
}

const READS = ["GET", "HEAD"];

const unknown = new Problem(404, "this names no endpoint", { code: 550 });

function notAllowed(methods: readonly string[]): Problem {
	return new Problem(405, `there is ${methods.join(", ")}`, {
		headers: { Allow: methods.join(", ") },
	});
}

/** Lets a response leave by a socket that the server has given away. */
function respondOn(response: ServerResponse, socket: Duplex): void {
	response.assignSocket(socket as Socket);
	response.once("finish", () => socket.end());
}
