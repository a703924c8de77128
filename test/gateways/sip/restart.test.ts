import { expect, test } from "vitest";
import { pidf, tuple } from "../../cpp/harness.js";
import { endpoint } from "../../presence/harness.js";
import { Client, lines, SipBench } from "./harness.js";

test("case 10: a dialog outlives a restart: it is told what holds now, with a higher CSeq, and can be refreshed", async () => {
	const before = await SipBench.started();
	const client = new Client();
	const [answer, first] = await before.ask(client.subscribe(600));
	const bench = await before.restarted();
	const [notify] = await bench.heard();
	expect(lines([notify ?? []].flat())).toEqual([
		"NOTIFY active;expires=600 closed",
	]);
	expect(notify?.message.headers.cseq.seq).toBeGreaterThan(
		first?.message.headers.cseq.seq ?? 0,
	);
	expect(notify?.message.headers.from.params.tag).toBe(
		answer?.message.headers.to.params.tag,
	);
	expect(lines(await bench.ask(client.joins(answer).subscribe(700)))).toEqual([
		"200 SUBSCRIBE",
		"NOTIFY active;expires=700 closed",
	]);
	expect(lines(await bench.after(700))).toEqual([
		"NOTIFY terminated;reason=timeout closed",
	]);
});

test("what ended while the process was away ends with a NOTIFY", async () => {
	const before = await SipBench.started();
	await before.ask(new Client().subscribe(600));
	before.sip.close();
	before.clock.advance(700_000);
	const bench = await before.restarted();
	expect(lines(await bench.heard())).toEqual([
		"NOTIFY terminated;reason=timeout",
	]);
	expect(bench.rows.map.size).toBe(0);
});

test("one that waits goes on waiting", async () => {
	const before = await SipBench.started({ unpermitted: () => "pending" });
	before.cpp.core.forbidden.add("wilma presence:subscribe fred");
	await before.ask(new Client().subscribe(600));
	const bench = await before.restarted();
	bench.cpp.core.forbidden.add("wilma presence:subscribe fred");
	expect(await bench.after(40)).toEqual([]);
	bench.cpp.core.forbidden.clear();
	expect(lines(await bench.after(30))).toEqual([
		"NOTIFY active;expires=530 closed",
	]);
});

test("a subscription that no dialog is left of ends", async () => {
	const before = await SipBench.started();
	await before.ask(new Client().subscribe(600));
	before.rows.map.clear();
	const bench = await before.restarted();
	expect([...bench.cpp.cpp.subscriptions()]).toEqual([]);
	expect(bench.cpp.core.presence.entry(endpoint("fred"))).toBeDefined();
});

test("a row that cannot be read any more is forgotten, and nothing else", async () => {
	const before = await SipBench.started();
	await before.ask(new Client().subscribe(600));
	before.rows.put("something", "else");
	before.rows.put("dialog:broken", "{");
	const bench = await before.restarted();
	expect(bench.sip.dialogs).toBe(1);
	expect([...bench.rows.map.keys()]).toHaveLength(1);
});

test("after many NOTIFYs too, the CSeq is higher", async () => {
	const before = await SipBench.started();
	await before.ask(new Client().subscribe(3600));
	const numbers: number[] = [];
	for (let count = 0; count < 150; count++) {
		const basic = count % 2 === 0 ? "open" : "closed";
		before.cpp.publish({ content: pidf(tuple(basic)) });
		for (const { message } of await before.after(5)) {
			numbers.push(message.headers.cseq.seq);
		}
	}
	expect(numbers.at(-1)).toBe(151);
	const bench = await before.restarted();
	const [notify] = await bench.heard();
	expect(notify?.message.headers.cseq.seq).toBeGreaterThan(151);
});
