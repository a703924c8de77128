import { expect, it } from "vitest";
import { until, Watch } from "./watch.js";

const REMOVED = "the account fred@example.com was removed";

it("who is dismissed is told why, with 421", async () => {
	const watch = await Watch.open();
	const { peer, session } = await watch.known();
	watch.sessions.dismiss(session.identity?.name ?? "", REMOVED);
	await peer.hear(/<close number="0" code="421"[^>]*>([^<]*)<\/close>/);
	expect(peer.heard).toContain(REMOVED);
});

it("who does not listen is not waited for", async () => {
	const watch = await Watch.open();
	const { session } = await watch.known();
	watch.sessions.dismiss(session.identity?.name ?? "", REMOVED);
	expect(session.closed).toBe(false);
	await watch.seconds(2);
	await until(() => session.closed);
});

it("who declines to go goes all the same", async () => {
	const watch = await Watch.open();
	const { peer, session } = await watch.known();
	watch.sessions.dismiss(session.identity?.name ?? "", REMOVED);
	await peer.hear(/<close/);
	const [, msgno] = /MSG 0 (\d+)/.exec(peer.heard) ?? [];
	const refusal =
		"Content-Type: application/beep+xml\r\n\r\n<error code='550' />";
	peer.socket.write(
		`ERR 0 ${msgno} . 50 ${refusal.length}\r\n${refusal}END\r\n`,
	);
	await until(() => session.closed);
});

it("nobody else is", async () => {
	const watch = await Watch.open();
	const { session } = await watch.known();
	watch.sessions.dismiss("wilma@example.com", REMOVED);
	await watch.seconds(2);
	expect(session.closed).toBe(false);
});
