import { describe, expect, test } from "vitest";
import { Client, lines, type Sent, SipBench } from "./harness.js";

const winfo = { Event: "presence.winfo" };

/** A document, one line: version, state, and the watchers with their status and event. */
function told(sent: readonly Sent[]): string[] {
	return sent
		.filter(
			({ message }) =>
				message.method === "NOTIFY" &&
				String(message.headers.event).startsWith("presence.winfo"),
		)
		.map(({ message: { content } }) => {
			const [, version, state] =
				/version="(\d+)" state="(\w+)"/.exec(content) ?? [];
			const watchers = [
				...content.matchAll(/status="(\w+)" event="(\w+)">sip:(\w+)@/g),
			];
			return [
				version,
				state,
				...watchers.map(
					([, status, event, who]) => `${who}:${status}/${event}`,
				),
			].join(" ");
		});
}

describe("case 22: watcher information", () => {
	test("the first document is full and of version 0; then each is partial, and one higher", async () => {
		const bench = await SipBench.started();
		await bench.ask(new Client("wilma").subscribe());
		const owner = new Client("fred");
		const first = await bench.ask(owner.subscribe(3600, winfo));
		expect(first[1]?.message.headers["content-type"]).toBe(
			"application/watcherinfo+xml",
		);
		expect(first[1]?.message.content).toContain(
			'resource="sip:fred@example.com" package="presence"',
		);
		expect(told(first)).toEqual(["0 full wilma:active/subscribe"]);
		await bench.after(10);
		const barney = new Client("barney");
		const [answer, ...others] = await bench.ask(barney.subscribe());
		expect(told(others)).toEqual(["1 partial barney:active/subscribe"]);
		await bench.after(10);
		expect(told(await bench.ask(barney.joins(answer).subscribe(0)))).toEqual([
			"2 partial barney:terminated/timeout",
		]);
	});

	test("changes within five seconds come as one document", async () => {
		const bench = await SipBench.started();
		await bench.ask(new Client("fred").subscribe(3600, winfo));
		await bench.ask(new Client("wilma").subscribe());
		await bench.ask(new Client("barney").subscribe());
		expect(told(await bench.after(5))).toEqual([
			"1 partial wilma:active/subscribe barney:active/subscribe",
		]);
	});

	test("a refresh gets a full document, and a last SUBSCRIBE too", async () => {
		const bench = await SipBench.started();
		await bench.ask(new Client("wilma").subscribe());
		const owner = new Client("fred");
		const [answer] = await bench.ask(owner.subscribe(100, winfo));
		await bench.after(90);
		expect(
			told(await bench.ask(owner.joins(answer).subscribe(100, winfo))),
		).toEqual(["1 full wilma:active/subscribe"]);
		await bench.after(90);
		expect(bench.sip.dialogs).toBe(2);
		const last = await bench.ask(owner.subscribe(0, winfo));
		expect(lines(last)).toEqual([
			"200 SUBSCRIBE",
			"NOTIFY terminated;reason=timeout",
		]);
		expect(told(last)).toEqual(["2 full wilma:active/subscribe"]);
		expect([...bench.cpp.cpp.subscriptions()].map(({ kind }) => kind)).toEqual([
			"subscribe",
		]);
	});

	test("a fetch gets one full document", async () => {
		const bench = await SipBench.started();
		await bench.ask(new Client("wilma").subscribe());
		const sent = await bench.ask(new Client("fred").subscribe(0, winfo));
		expect(lines(sent)).toEqual([
			"200 SUBSCRIBE",
			"NOTIFY terminated;reason=timeout",
		]);
		expect(told(sent)).toEqual(["0 full wilma:active/subscribe"]);
		expect(bench.sip.dialogs).toBe(1);
	});

	test("it ends by its duration", async () => {
		const bench = await SipBench.started();
		await bench.ask(new Client("fred").subscribe(100, winfo));
		expect(lines(await bench.after(100))).toEqual([
			"NOTIFY terminated;reason=timeout",
		]);
		expect([...bench.cpp.cpp.subscriptions()]).toEqual([]);
	});

	test("who fetches presence is named, and is gone", async () => {
		const bench = await SipBench.started();
		await bench.ask(new Client("fred").subscribe(3600, winfo));
		await bench.after(10);
		expect(told(await bench.ask(new Client("wilma").subscribe(0)))).toEqual([
			"1 partial wilma:terminated/timeout",
		]);
	});

	test("who waits for permission is pending, and active once it is given", async () => {
		const bench = await SipBench.started({ unpermitted: () => "pending" });
		bench.cpp.core.forbidden.add("wilma presence:subscribe fred");
		await bench.ask(new Client("wilma").subscribe());
		const first = await bench.ask(new Client("fred").subscribe(3600, winfo));
		expect(told(first)).toEqual(["0 full wilma:pending/subscribe"]);
		bench.cpp.core.forbidden.clear();
		expect(told(await bench.after(30))).toEqual([
			"1 partial wilma:active/subscribe",
		]);
	});

	test("who waits no longer is terminated", async () => {
		const bench = await SipBench.started({ unpermitted: () => "pending" });
		bench.cpp.core.forbidden.add("wilma presence:subscribe fred");
		await bench.ask(new Client("fred").subscribe(3600, winfo));
		await bench.after(10);
		const wilma = new Client("wilma");
		const [answer, ...sent] = await bench.ask(wilma.subscribe());
		expect(told(sent)).toEqual(["1 partial wilma:pending/subscribe"]);
		await bench.after(10);
		expect(told(await bench.ask(wilma.joins(answer).subscribe(0)))).toEqual([
			"2 partial wilma:terminated/timeout",
		]);
	});

	test("who may not watch gets 403, whatever the policy for presence", async () => {
		const bench = await SipBench.started({ unpermitted: () => "pending" });
		bench.cpp.core.forbidden.add("wilma presence:watch fred");
		expect(
			lines(await bench.ask(new Client("wilma").subscribe(3600, winfo))),
		).toEqual(["403 SUBSCRIBE"]);
	});

	test("after a restart the version is higher and the document full", async () => {
		const before = await SipBench.started();
		await before.ask(new Client("fred").subscribe(3600, winfo));
		await before.ask(new Client("wilma").subscribe());
		const bench = await before.restarted();
		const [line = ""] = told(await bench.heard());
		const [version, ...rest] = line.split(" ");
		expect(Number(version)).toBeGreaterThan(1);
		expect(rest).toEqual(["full", "wilma:active/subscribe"]);
	});
});
