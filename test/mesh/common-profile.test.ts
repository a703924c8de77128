import { describe, expect, it } from "vitest";
import type {
	Application,
	Notification,
	Publish,
	Published,
	Response,
	Subscribe,
} from "../../src/cpp/index.js";
import type { Endpoint } from "../../src/names/index.js";
import { PATIENCE } from "../../src/services/presence/consumer.js";
import { destinations, status } from "../client/harness.js";
import { MeshServer } from "./server.js";

const FRED = "pres:fred@example.com";
const FREDS = "fred@example.com" as Endpoint;
const BARNEY = "pres:barney@rubble.example";

/** example.com, and rubble.example whose gateways reach it. */
async function twoDomains(): Promise<[MeshServer, MeshServer]> {
	const example = await MeshServer.start("example.com");
	const rubble = await MeshServer.start("rubble.example", {
		routes: { "example.com": example.mesh },
	});
	await rubble.attach("barney@rubble.example");
	return [example, rubble];
}

/** A gateway's application, and what it has heard. */
class Listener implements Application {
	readonly heard: string[] = [];
	readonly #waiting: (() => void)[] = [];

	response({ status, reply }: Response): void {
		this.#say(status === "success" ? status : `${status} ${reply.code}`);
	}

	notify({ entry }: Notification): void {
		this.#say(entry.tuples.map(({ destination }) => destination).join(" "));
	}

	ended(): void {
		this.#say("ended");
	}

	/** The first so many things that were heard. */
	async first(count: number): Promise<string[]> {
		while (this.heard.length < count) {
			await new Promise<void>((resolve) => this.#waiting.push(resolve));
		}
		return this.heard.slice(0, count);
	}

	#say(what: string): void {
		this.heard.push(what);
		for (const resolve of this.#waiting.splice(0)) resolve();
	}
}

function subscribe(
	{ cpp }: MeshServer,
	words: Partial<Subscribe> = {},
): Listener {
	const listener = new Listener();
	cpp.subscribe(
		{
			...{ application: "app", watcher: BARNEY, target: FRED },
			...{ duration: 3600, subscriptID: "s", transID: "t" },
			...words,
		},
		listener,
	);
	return listener;
}

function publish(
	{ cpp }: MeshServer,
	contact: string,
	words: Partial<Publish> = {},
): Promise<Published> {
	const pidf = `<presence xmlns="urn:ietf:params:xml:ns:pidf" entity="${FRED}"><tuple id="t"><status><basic>open</basic></status><contact>${contact}</contact></tuple></presence>`;
	const content = {
		contentType: "application/pidf+xml",
		octets: Buffer.from(pidf),
	};
	return new Promise((resolve) => {
		cpp.publish(
			{ originator: BARNEY, publisher: FRED, transID: "p", content, ...words },
			resolve,
		);
	});
}

describe("the common profile and another domain", () => {
	it("a subscription brings the entry, each change, and the end", async () => {
		const [example, rubble] = await twoDomains();
		const fred = await example.attach("fred@example.com");
		await fred.publish(status(FREDS, "mailto:a@b"));
		const barney = subscribe(rubble);
		expect(await barney.first(2)).toEqual(["success", "mailto:a@b"]);
		await fred.publish(status(FREDS, "mailto:c@d"));
		expect(await barney.first(3)).toContain("mailto:c@d");
		example.clock.advance(3_600_000);
		expect(await barney.first(4)).toContain("ended");
	});

	it("a fetch brings the entry once", async () => {
		const [example, rubble] = await twoDomains();
		const fred = await example.attach("fred@example.com");
		await fred.publish(status(FREDS, "mailto:a@b"));
		const barney = subscribe(rubble, { duration: 0 });
		expect(await barney.first(2)).toEqual(["success", "mailto:a@b"]);
	});

	it("what the service there refuses is refused here, with its code", async () => {
		const [, rubble] = await twoDomains();
		const barney = subscribe(rubble, { target: "pres:wilma@example.com" });
		expect(await barney.first(1)).toEqual(["failure 550"]);
	});

	it("a domain without a relay cannot be reached", async () => {
		const [, rubble] = await twoDomains();
		const barney = subscribe(rubble, { target: "pres:x@nowhere.invalid" });
		expect(await barney.first(1)).toEqual(["failure 550"]);
	});

	it("a domain that does not answer is given up after a minute", async () => {
		const [example, rubble] = await twoDomains();
		await example.attach("fred@example.com");
		subscribe(rubble, { duration: 0 });
		await example.kill();
		const barney = subscribe(rubble, { application: "other" });
		rubble.clock.advance(PATIENCE);
		expect(await barney.first(1)).toEqual([
			expect.stringMatching(/failure (450|550)/),
		]);
	});

	it("a publish with no subscription looks first, and gets there", async () => {
		const [example, rubble] = await twoDomains();
		const fred = await example.attach("fred@example.com");
		const published = await publish(rubble, "mailto:a@b");
		expect(published.status).toBe("success");
		expect(destinations(await fred.poll("fred@example.com"))).toEqual([
			"mailto:a@b",
		]);
	});

	it("a subscription survives what its watcher publishes, again and again", async () => {
		const [example, rubble] = await twoDomains();
		await example.attach("fred@example.com");
		const barney = subscribe(rubble);
		await barney.first(2);
		for (const contact of ["mailto:a@b", "mailto:c@d", "mailto:e@f"]) {
			example.clock.advance(1000);
			expect((await publish(rubble, contact)).status).toBe("success");
		}
		expect((await barney.first(5)).slice(2)).toEqual([
			"mailto:a@b",
			"mailto:c@d",
			"mailto:e@f",
		]);
	});

	it("an If-Match of another lastUpdate gets 555", async () => {
		const [example, rubble] = await twoDomains();
		await example.attach("fred@example.com");
		const published = await publish(rubble, "mailto:a@b", { ifMatch: 1 });
		expect(published).toMatchObject({
			status: "failure",
			reply: { code: 555 },
		});
	});

	it("an application of the watcher gets its own data all the while", async () => {
		const [example, rubble] = await twoDomains();
		const fred = await example.attach("fred@example.com");
		const own = await rubble.attach("barney/own@rubble.example");
		const viaGateway = subscribe(rubble);
		await viaGateway.first(2);
		const entries = own.subscribe("fred@example.com")[Symbol.asyncIterator]();
		expect((await entries.next()).value.publisher).toBe("fred@example.com");
		await fred.publish(status(FREDS, "mailto:a@b"));
		expect(destinations((await entries.next()).value)).toEqual(["mailto:a@b"]);
		expect(await viaGateway.first(3)).toContain("mailto:a@b");
	});
});
