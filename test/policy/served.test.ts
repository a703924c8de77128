import { expect, it } from "vitest";
import type { ConfigInput } from "../../src/config/index.js";
import { ManualClock } from "../../src/names/index.js";
import type { Server } from "../../src/server.js";
import { start } from "../server/harness.js";
import { codeOf, FRED, Peer, withAccounts } from "../server/secured.js";
import { turn } from "./watch.js";

/** A server, and the seconds that pass for it. */
async function serve(
	flags: ConfigInput = {},
): Promise<{ server: Server; seconds(number: number): Promise<void> }> {
	const clock = new ManualClock(1_000_000_000_000);
	const server = await start(flags, { clock });
	return {
		server,
		async seconds(number) {
			for (let at = 0; at < number; at++) {
				clock.advance(1000);
				await turn();
			}
		},
	};
}

/** Whether the server still answers. */
async function isServed(peer: Peer): Promise<boolean> {
	await peer.session.probe();
	return !peer.session.closed;
}

it("with --dev whoever is not attached after 30 seconds is shut out", async () => {
	const { server, seconds } = await serve();
	const [attached, other] = [await Peer.open(server), await Peer.open(server)];
	expect(await attached.attach(FRED)).toBe("ok");
	await other.session.greeting;
	await seconds(31);
	expect(await isServed(attached)).toBe(true);
	expect(await isServed(other)).toBe(false);
});

it("with --dev whoever has bound need not attach", async () => {
	const { server, seconds } = await serve({ mesh: "127.0.0.1:0" });
	if (server.mesh === undefined) throw new Error("no mesh");
	const relay = await Peer.open({ address: server.mesh });
	const bind = "<bind relay='elsewhere.example' transID='1' />";
	expect(await relay.ask(bind)).toBe("ok");
	await seconds(31);
	expect(await isServed(relay)).toBe(true);
});

it("otherwise whoever has logged in need not attach", async () => {
	const { server, seconds } = await serve({
		dev: false,
		data: await withAccounts(FRED),
	});
	const peer = await (await Peer.open(server)).login(FRED);
	const stranger = await Peer.open(server);
	await stranger.session.greeting;
	await seconds(31);
	expect(await isServed(peer)).toBe(true);
	expect(await isServed(stranger)).toBe(false);
});

it.each([
	[true, "done"],
	[false, 421],
])("with --dev %s: the second from one address", async (dev, outcome) => {
	const limits = { sessionsPerAddress: 1 };
	const { server } = await serve({ dev, limits });
	await (await Peer.open(server)).session.greeting;
	expect(await codeOf((await Peer.open(server)).session.greeting)).toBe(
		outcome,
	);
});
