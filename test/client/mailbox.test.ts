import fc from "fast-check";
import { expect, it } from "vitest";
import { Mailbox } from "../../src/client/mailbox.js";

async function rest<Item>(mailbox: Mailbox<Item>): Promise<Item[]> {
	const items: Item[] = [];
	for await (const item of mailbox) items.push(item);
	return items;
}

it("items are read in the order in which they were offered, and before the end", async () => {
	const mailbox = new Mailbox<number>(3);
	mailbox.offer(1);
	mailbox.offer(2);
	mailbox.end();
	expect(await rest(mailbox)).toEqual([1, 2]);
});

it("a full mailbox takes nothing more, until somebody reads", async () => {
	const mailbox = new Mailbox<number>(1);
	expect([mailbox.offer(1), mailbox.offer(2)]).toEqual([true, false]);
	await mailbox.next();
	expect(mailbox.offer(3)).toBe(true);
});

it("a slow reader gets the newest item only", async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.array(fc.integer(), { minLength: 1 }),
			async (items) => {
				const mailbox = new Mailbox<number>(1);
				for (const item of items) mailbox.replace(item);
				mailbox.end();
				expect(await rest(mailbox)).toEqual(items.slice(-1));
			},
		),
	);
});

it("a reader that waits gets every item", async () => {
	const mailbox = new Mailbox<number>(1);
	for (const item of [1, 2, 3]) {
		const next = mailbox.next();
		mailbox.replace(item);
		expect(await next).toEqual({ done: false, value: item });
	}
});

it("an error is thrown once, behind the items, and then it is the end", async () => {
	const mailbox = new Mailbox<number>(1);
	mailbox.offer(1);
	mailbox.end(new Error("lost"));
	expect((await mailbox.next()).value).toBe(1);
	await expect(mailbox.next()).rejects.toThrow("lost");
	expect((await mailbox.next()).done).toBe(true);
});

it("an error reaches the reader that waits", async () => {
	const mailbox = new Mailbox<number>(1);
	const next = mailbox.next();
	mailbox.end(new Error("lost"));
	await expect(next).rejects.toThrow("lost");
});

it("leaving the loop tells whoever fills it, once", async () => {
	let abandoned = 0;
	const mailbox = new Mailbox<number>(1, () => abandoned++);
	mailbox.offer(1);
	for await (const _item of mailbox) break;
	await mailbox.return();
	expect(abandoned).toBe(1);
	expect(mailbox.offer(2)).toBe(false);
});

it("coming to the end of the loop tells nobody", async () => {
	let abandoned = 0;
	const mailbox = new Mailbox<number>(1, () => abandoned++);
	mailbox.end();
	await rest(mailbox);
	expect(abandoned).toBe(0);
});
