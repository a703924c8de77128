import type { ConnectOptions } from "../../src/client/index.js";
import { connect } from "../../src/client/index.js";
import { iterate, next, status } from "../client/harness.js";

/** Octets: many times what a channel's window holds. */
const LARGE = 200_000;

/**
 * Uses a server in all the ways in which octets differ: one channel and several, small messages
 * and such as leave in many frames, replies that are good and bad, channels that are closed,
 * sessions that are released and sessions that are cut.
 */
export async function traffic(server: ConnectOptions): Promise<void> {
	const client = await connect(server);
	const fred = await client.attach("fred@example.com");
	const barney = await client.attach("barney@example.com", { channel: "new" });
	const wilma = await client.attach("wilma@example.com");

	const entries = iterate(barney.subscribe("fred@example.com"));
	await next(entries);
	const watched = iterate(fred.watch("fred@example.com"));
	await next(watched);
	for (let nth = 0; nth < 50; nth++) {
		await fred.publish(status(fred.endpoint, `mailto:fred${nth}@example.com`));
		await next(entries);
	}

	const inbox = barney.incoming();
	const body = Buffer.alloc(LARGE, "SEQ 1 2 3\r\nEND\r\n");
	await fred.data("barney@example.com", {
		contentType: "application/octet-stream",
		body,
	});
	await next(inbox);
	const text = `<note>${"ü ".repeat(10_000)}</note>`;
	await wilma.data("barney@example.com", text);
	await next(inbox);

	// refused by the service, and by the relay
	await wilma.poll("nobody@example.com").catch(() => {});
	await client.attach("fred@example.net").catch(() => {});

	await barney.terminate();
	await client.close();

	const cut = await connect(server);
	await cut.attach("pebbles@example.com");
	// refused: it is attached over the other session
	const second = await connect(server);
	await second.attach("pebbles@example.com").catch(() => {});
	await second.close();
	await cut.close();
}
