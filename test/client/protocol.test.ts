import { describe, expect, it, onTestFinished } from "vitest";
import {
	type Attachment,
	type ConnectOptions,
	connect,
	INBOX,
	TIMEOUT,
	TimeoutError,
} from "../../src/client/index.js";
import { type Endpoint, ManualClock } from "../../src/names/index.js";
import { FakeRelay, published } from "./fake-relay.js";
import { HastyClock, iterate, next, START, status } from "./harness.js";

const FRED = "fred@example.com" as Endpoint;
const WILMA = "wilma@example.com" as Endpoint;
const EARLY = "2000-05-14T13:02:00-08:00";
const LATE = "2000-05-14T13:03:00-08:00";

/** wilma, attached to a relay whose every word is the test's. */
async function attached(
	options: ConnectOptions = {},
): Promise<{ relay: FakeRelay; wilma: Attachment; clock: ManualClock }> {
	const relay = await FakeRelay.start();
	const clock = new ManualClock(START);
	const client = await connect({ clock, ...relay.address, ...options });
	onTestFinished(async () => {
		relay.drop();
		await client.close();
	});
	const wilma = await client.attach(WILMA);
	return { relay, wilma, clock };
}

describe("attach", () => {
	it("rides in the start of the channel; the next is a message on it", async () => {
		const relay = await FakeRelay.start();
		const client = await connect(relay.address);
		await client.attach(FRED);
		await client.attach(WILMA);
		await client.attach("barney@example.com", { channel: "new" });
		const first = await relay.next();
		const second = await relay.next();
		const third = await relay.next();
		expect([first.by, second.by, third.by]).toEqual(["start", "MSG", "start"]);
		expect(first.element.attributes.endpoint).toBe(FRED);
		expect(second.channel).toBe(first.channel);
		expect(third.channel).not.toBe(first.channel);
	});
});

describe("what the relay sends", () => {
	it.each([
		["no XML", "<data", "500"],
		[
			"what is not for applications",
			"<attach endpoint='a@b' transID='1'/>",
			"501",
		],
		["a terminate of something else", "<terminate transID='7'/>", "550"],
		[
			"data for somebody else",
			"<data content='#X'><originator identity='a@b'/><recipient identity='c@d'/>" +
				"<data-content Name='X'><a/></data-content></data>",
			"550",
		],
		[
			"data without its content",
			"<data content='#Y'><originator identity='a@b'/><recipient identity='wilma@example.com'/></data>",
			"501",
		],
	])("%s is answered with an error", async (_what, xml, code) => {
		const { relay } = await attached();
		expect(await relay.send(xml)).toMatch(`<error code="${code}">`);
	});

	it("data beyond the inbox is refused with 450", async () => {
		const { relay } = await attached();
		for (let i = 0; i < INBOX; i++) {
			expect(await relay.tell(WILMA, "<a/>", FRED)).toBe("<ok />");
		}
		expect(await relay.tell(WILMA, "<a/>", FRED)).toMatch('code="450"');
	});

	it("a terminate of the attachment is answered with ok, and ends what goes on", async () => {
		const { relay, wilma } = await attached({ reconnect: true });
		const { transID } = (await relay.next()).element.attributes;
		const incoming = iterate(wilma.incoming()).next();
		const entries = iterate(wilma.subscribe(FRED)).next();
		const polled = wilma.poll("barney@example.com");
		for (const each of [incoming, entries, polled]) each.catch(() => {});
		const overridden = `<terminate transID="${transID}" code="556">overridden</terminate>`;
		expect(await relay.send(overridden)).toBe("<ok />");
		for (const each of [incoming, entries, polled]) {
			await expect(each).rejects.toMatchObject({
				code: 556,
				message: "overridden",
			});
		}
	});

	it("an update of what has ended is answered with ok, and is for nobody", async () => {
		const { relay, wilma } = await attached();
		expect(await relay.tell(WILMA, published("99", EARLY))).toBe("<ok />");
		expect(await relay.tell(WILMA, "<hello/>", FRED)).toBe("<ok />");
		expect((await next(iterate(wilma.incoming()))).content).toBe("<hello/>");
	});

	it("an operation that is not valid is answered with 501", async () => {
		const { relay } = await attached();
		expect(await relay.tell(WILMA, "<reply code='250'/>")).toMatch(
			'code="501"',
		);
	});

	it("only the service that was asked can answer", async () => {
		const { relay, wilma } = await attached();
		const polled = wilma.poll(FRED);
		const { transID } = await relay.operation();
		await relay.tell(
			WILMA,
			published(transID, LATE),
			"apex=presence@example.org",
		);
		await relay.tell(WILMA, published(transID, EARLY));
		expect((await polled).lastUpdate).toBe(EARLY);
	});
});

describe("a subscription", () => {
	it("takes no notice of entries that are not newer", async () => {
		const { relay, wilma } = await attached();
		const entries = iterate(wilma.subscribe(FRED));
		const { transID } = await relay.operation();
		await relay.tell(WILMA, published(transID, LATE));
		expect((await next(entries)).lastUpdate).toBe(LATE);
		const following = next(entries);
		await relay.tell(WILMA, published(transID, EARLY));
		await relay.tell(WILMA, published(transID, LATE.replace("13:03", "13:04")));
		expect((await following).lastUpdate).toMatch("13:04");
	});

	it("ends when its duration is over", async () => {
		const { relay, wilma, clock } = await attached();
		const entries = iterate(wilma.subscribe(FRED, { duration: 60 }));
		const { transID } = await relay.operation();
		await relay.tell(WILMA, published(transID, EARLY));
		await next(entries);
		clock.advance(60_000);
		await relay.tell(WILMA, `<terminate transID="${transID}"/>`);
		expect((await entries.next()).done).toBe(true);
	});

	it("fails when the service ends it before", async () => {
		const { relay, wilma } = await attached();
		const entries = iterate(wilma.subscribe(FRED, { duration: 60 }));
		const { transID } = await relay.operation();
		await relay.tell(WILMA, published(transID, EARLY));
		await next(entries);
		await relay.tell(
			WILMA,
			`<terminate transID="${transID}">no more</terminate>`,
		);
		await expect(entries.next()).rejects.toMatchObject({
			code: 250,
			message: "no more",
		});
	});

	it("that is refused leaves an earlier one to the subject alone", async () => {
		const { relay, wilma } = await attached();
		const entries = iterate(wilma.subscribe(FRED));
		const first = await relay.operation();
		await relay.tell(WILMA, published(first.transID, EARLY));
		await next(entries);
		const refused = iterate(wilma.subscribe(FRED)).next();
		refused.catch(() => {});
		const second = await relay.operation();
		await relay.tell(WILMA, `<reply code="537" transID="${second.transID}"/>`);
		await expect(refused).rejects.toMatchObject({ code: 537 });
		await relay.tell(WILMA, published(first.transID, LATE));
		expect((await next(entries)).lastUpdate).toBe(LATE);
		expect((await wilma.poll(FRED)).lastUpdate).toBe(LATE);
	});

	it("after a reconnection asks again: same transID, for the seconds that are left", async () => {
		const clock = new HastyClock();
		const { relay, wilma } = await attached({ reconnect: true, clock });
		const entries = iterate(wilma.subscribe(FRED, { duration: 60 }));
		const { transID } = await relay.operation();
		await relay.tell(WILMA, published(transID, EARLY));
		await next(entries);
		clock.advance(10_500);
		relay.drop();
		const again = await relay.next();
		expect(again.element.attributes.endpoint).toBe(WILMA);
		const { content } = await relay.next();
		expect(content?.attributes).toEqual({
			publisher: FRED,
			transID,
			duration: "50",
		});
	});
});

describe("no answer", () => {
	it("is a TimeoutError after 30 seconds", async () => {
		const { relay, wilma, clock } = await attached();
		const asked = [
			wilma.poll("barney@example.com"),
			iterate(wilma.subscribe(FRED)).next(),
			iterate(wilma.watch(FRED)).next(),
		];
		for (const each of asked) each.catch(() => {});
		for (const _each of asked) await relay.operation();
		clock.advance(TIMEOUT);
		for (const each of asked) await expect(each).rejects.toThrow(TimeoutError);
	});

	it("is not waited for after the signal", async () => {
		const { relay, wilma } = await attached();
		const abort = new AbortController();
		const polled = wilma.poll(FRED, { signal: abort.signal });
		polled.catch(() => {});
		await relay.operation();
		abort.abort(new Error("enough"));
		await expect(polled).rejects.toThrow("enough");
	});
});

describe("publish", () => {
	it("gives up with 555 when others are faster every time", async () => {
		const { relay, wilma } = await attached();
		const publishing = wilma.publish(status(FRED, "mailto:a@b"));
		publishing.catch(() => {});
		let publishes = 0;
		const answers = (async () => {
			for (;;) {
				const { name, transID } = await relay.operation();
				if (name === "publish") publishes++;
				const answer =
					name === "publish"
						? `<reply code="555" transID="${transID}">changed</reply>`
						: published(transID, EARLY);
				await relay.tell(WILMA, answer);
			}
		})();
		answers.catch(() => {});
		await expect(publishing).rejects.toMatchObject({ code: 555 });
		expect(publishes).toBe(8);
	});
});

describe("watch with duration 0", () => {
	it("asks once more, and the answer to that is the end", async () => {
		const { relay, wilma } = await attached();
		const watchers = iterate(wilma.watch(FRED, { duration: 0 }));
		const watch = await relay.operation();
		await relay.tell(WILMA, `<reply code="250" transID="${watch.transID}"/>`);
		const { name, transID } = await relay.operation();
		expect({ name, transID }).toEqual({
			name: "terminate",
			transID: watch.transID,
		});
		const notify = `<notify subscriber="${FRED}" transID="${transID}" duration="60"/>`;
		await relay.tell(WILMA, notify);
		await relay.tell(WILMA, `<reply code="550" transID="${transID}"/>`);
		expect(await next(watchers)).toEqual({
			subscriber: FRED,
			duration: 60,
			action: "subscribe",
		});
		expect((await watchers.next()).done).toBe(true);
	});
});
