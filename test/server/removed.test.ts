import { once } from "node:events";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { askAdmin } from "../../src/admin/index.js";
import { FRED, Peer, secured, WILMA, withAccounts } from "./secured.js";

const ended = async ({ session }: Peer): Promise<unknown> =>
	session.closed ? "before" : (await once(session, "close"))[0];

describe("an account that is removed", () => {
	it("ends the sessions that have logged in as it, and no others", async () => {
		const data = await withAccounts(FRED, WILMA);
		const server = await secured({ data });
		const [desk, phone, wilma] = [
			await (await Peer.open(server)).login(FRED),
			await (await Peer.open(server)).login(FRED),
			await (await Peer.open(server)).login(WILMA),
		];
		expect(await desk.attach(FRED)).toBe("ok");
		const both = Promise.all([ended(desk), ended(phone)]);
		await askAdmin(join(data, "admin.sock"), "account remove", { name: FRED });
		expect(await both).toEqual(["released", "released"]);
		expect(await wilma.attach(WILMA)).toBe("ok");
	});
});
