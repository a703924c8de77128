/** Whoever guesses at passwords waits, and learns nothing by it. */
import { connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { FailedAttempts } from "../../../src/accounts/index.js";
import { Bench } from "../../cpp/harness.js";
import { credentials, digest, type Given, nonceOf } from "./credentials.js";
import { Client, field, lines, type Sent, SipBench } from "./harness.js";
import { startLive } from "./live.js";

const HERE = "198.51.100.1:5060";
const ELSEWHERE = "203.0.113.7:5060";
const WRONG = { password: "wrong" };

async function started(): Promise<SipBench> {
	const cpp = new Bench();
	cpp.core.provision("fred", "wilma", "barney");
	const { clock } = cpp.core;
	const attempts = new FailedAttempts({ clock });
	const bench = new SipBench({ dev: false, digest, attempts }, { cpp });
	await bench.start();
	return bench;
}

/** A request with credentials for the nonce that an address is given. */
async function asking(
	bench: SipBench,
	given: Given,
	from = HERE,
): Promise<string> {
	const client = new Client(given.user?.split("@")[0]);
	const at = { Via: `SIP/2.0/UDP ${from};branch=z9hG4bK${client.callID}` };
	const [challenge] = await bench.ask(client.subscribe(3600, at), from);
	const nonce = nonceOf(challenge);
	return client.subscribe(3600, {
		Via: `${at.Via}-2`,
		Authorization: credentials(nonce, given),
	});
}

/** What is answered at once. */
async function guess(
	bench: SipBench,
	given: Given = WRONG,
	from = HERE,
): Promise<Sent[]> {
	return bench.ask(await asking(bench, given, from), from);
}

/** How long an answer takes, in parts of a second as the first delay is. */
async function wait(bench: SipBench, given?: Given, from?: string) {
	let seconds = 0;
	let sent = await guess(bench, given, from);
	while (sent.length === 0 && seconds < 60) {
		seconds += 0.5;
		sent = await bench.after(0.5);
	}
	return { seconds, lines: lines(sent), sent };
}

test("after a few failures the answer to a guess waits, for longer each time", async () => {
	const bench = await started();
	const waits: number[] = [];
	for (let count = 0; count < 8; count++) {
		const answer = await wait(bench);
		expect(answer.lines).toEqual(["401 SUBSCRIBE"]);
		waits.push(answer.seconds);
	}
	expect(waits).toEqual([0, 0, 0, 0, 0.5, 1, 2, 4]);
});

test("a name that is nobody's is answered as a wrong password is, and as late", async () => {
	const answers = await Promise.all(
		[WRONG, { user: "nobody@example.com" }].map(async (given) => {
			const bench = await started();
			const all: string[] = [];
			for (let count = 0; count < 6; count++) {
				const { seconds, sent } = await wait(bench, given);
				const [answer] = sent;
				const text = answer?.text
					.replace(/^(?:Via|From|To|Call-ID):.*$/gm, "")
					.replace(/nonce="[^"]*"/, "");
				all.push(`${seconds} ${text}`);
			}
			return all;
		}),
	);
	expect(answers[0]).toEqual(answers[1]);
});

test("guesses at one account wait wherever they come from, and those at others do not", async () => {
	const bench = await started();
	for (let host = 1; host <= 4; host++) {
		await guess(bench, WRONG, `203.0.113.${host}:5060`);
	}
	expect((await wait(bench)).seconds).toBe(0.5);
	const other = { user: "fred@example.com", password: "yabba" };
	expect(lines(await guess(bench, other, ELSEWHERE))[0]).toBe("200 SUBSCRIBE");
});

test("while a guess waits the others are served", async () => {
	const bench = await started();
	for (let count = 0; count < 4; count++) await guess(bench);
	expect(await guess(bench)).toEqual([]);
	const other = { user: "fred@example.com", password: "yabba" };
	expect(lines(await guess(bench, other, ELSEWHERE))[0]).toBe("200 SUBSCRIBE");
	expect(lines(await bench.ask(new Client().request("OPTIONS")))).toEqual([
		"200 OPTIONS",
	]);
	expect(lines(await bench.after(0.5))).toEqual(["401 SUBSCRIBE"]);
});

test("a guess that waits is not another attempt when it is sent again", async () => {
	const bench = await started();
	for (let count = 0; count < 4; count++) await guess(bench);
	const text = await asking(bench, WRONG);
	expect(await bench.ask(text)).toEqual([]);
	for (let count = 0; count < 5; count++) await bench.ask(text);
	expect(lines(await bench.after(0.5))).toEqual(["401 SUBSCRIBE"]);
	expect((await wait(bench)).seconds).toBe(1);
});

test("the right password waits too, gets in, and is not held up after that", async () => {
	const bench = await started();
	for (let host = 1; host <= 5; host++) {
		await guess(bench, WRONG, `203.0.113.${host}:5060`);
	}
	await bench.after(0.5);
	const right = await wait(bench, {});
	expect(right.seconds).toBe(1);
	expect(right.lines[0]).toBe("200 SUBSCRIBE");
	expect((await wait(bench, {})).seconds).toBe(0);
});

test("while the right password waits, nothing else shows that it is right", async () => {
	const bench = await started();
	for (let host = 1; host <= 5; host++) {
		await guess(bench, WRONG, `203.0.113.${host}:5060`);
	}
	await bench.after(0.5);
	expect(await guess(bench, {})).toEqual([]);
	expect(await guess(bench, WRONG, ELSEWHERE)).toEqual([]);
	const sent = [...(await bench.after(0.5)), ...(await bench.after(0.5))];
	expect(lines(sent)[0]).toBe("200 SUBSCRIBE");
});

test("more guesses than can wait get 503, the right one too", async () => {
	const bench = await started();
	const texts: string[] = [];
	for (let count = 0; count < 13; count++) {
		texts.push(await asking(bench, count === 12 ? {} : WRONG));
	}
	for (const text of texts) bench.push(text);
	const sent = await bench.heard();
	// four at once; five after 0.5 s, 1 s, 2 s, 4 s and 8 s more; the next would be after 31.5 s
	expect(lines(sent).sort()).toEqual([
		...Array(4).fill("401 SUBSCRIBE"),
		...Array(4).fill("503 SUBSCRIBE"),
	]);
	const refused = sent.find(({ message }) => message.status === 503);
	expect(field(refused, "retry-after")).toBe("60");
	expect(lines(await bench.after(30))).toEqual(Array(5).fill("401 SUBSCRIBE"));
	expect(bench.sip.dialogs).toBe(0);
});

test("guesses in one piece of a connection wait for each other", async () => {
	const bench = await started();
	const live = await startLive(["fred", "wilma"], {
		...{ dev: false, digest, clock: bench.clock },
		attempts: new FailedAttempts({ clock: bench.clock }),
	});
	onTestFinished(() => live.close());
	const socket = connect(live.listener.port, "127.0.0.1").setEncoding("latin1");
	let heard = "";
	const statuses = async (count: number): Promise<string[]> => {
		for (;;) {
			const found = heard.match(/(?<=SIP\/2\.0 )\d+/g) ?? [];
			if (found.length >= count) return found;
			await new Promise<void>((resolve) => {
				socket.once("data", (text) => {
					heard += text;
					resolve();
				});
			});
		}
	};
	socket.write(new Client().subscribe());
	await statuses(1);
	const nonce = nonceOf({ text: heard });
	heard = "";
	const guesses = Array.from({ length: 10 }, () =>
		new Client().subscribe(3600, {
			Authorization: credentials(nonce, WRONG),
		}),
	);
	socket.write(`${guesses.join("")}${new Client().request("OPTIONS")}`);
	const answers = await statuses(5);
	expect(answers.filter((status) => status === "401")).toHaveLength(4);
	expect(answers.filter((status) => status === "200")).toHaveLength(1);
	socket.destroy();
});

test("a nonce that another address was given is stale, and who has that address does not pay for it", async () => {
	const bench = await started();
	for (let count = 0; count < 9; count++) {
		const text = await asking(bench, WRONG);
		const [answer] = await bench.ask(text, ELSEWHERE);
		expect(answer?.text).toMatch(/^WWW-Authenticate:.*, stale=true\r$/m);
	}
	expect((await wait(bench, WRONG, ELSEWHERE)).seconds).toBe(0);
	expect(lines(await guess(bench, {}))[0]).toBe("200 SUBSCRIBE");
});

test("without credentials nothing is guessed", async () => {
	const bench = await started();
	for (let count = 0; count < 20; count++) {
		await bench.ask(new Client().subscribe());
	}
	expect(lines(await guess(bench, {}))[0]).toBe("200 SUBSCRIBE");
});
