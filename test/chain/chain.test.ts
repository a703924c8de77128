/**
 * Whole programs in a chain: wilma publishes by one protocol and is followed by others, while the
 * server is killed and started again. README.md says how another protocol joins.
 */
import { spawnSync } from "node:child_process";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { apexSubscribe, curlEvents, Follower } from "./followers.js";
import { Linphone, NodeAgent, type Publisher, WILMA } from "./publishers.js";
import { Site } from "./site.js";

const FOLLOWINGS = [apexSubscribe, curlEvents];

const hasLinphone = Linphone.isInstalled();
if (!hasLinphone) {
	console.warn(
		"\n*** SKIPPED: Linphone is to publish in the chain, and there is no linphonec. ***\n",
	);
}
const hasCurl = spawnSync("curl", ["--version"]).status === 0;
if (!hasCurl) {
	console.warn(
		"\n*** SKIPPED: curl is to follow in the chain, and there is none. ***\n",
	);
}

describe.skipIf(!hasCurl)(
	"wilma is seen open, and closed after a kill -9",
	() => {
		let site: Site;
		let publisher: Publisher | undefined;
		let followers: Follower[] = [];

		beforeEach(async () => {
			site = await Site.open();
		});
		afterEach(async () => {
			for (const follower of followers) follower.stop();
			await publisher?.stop();
			await site.close();
		});

		async function chain(wilma: Publisher): Promise<void> {
			publisher = wilma;
			followers = FOLLOWINGS.map((kind) => new Follower(kind(site, WILMA)));
			const all = (sight: "open" | "closed" | "lost") =>
				Promise.all(followers.map((follower) => follower.sees(sight)));
			await all("closed");
			await wilma.open(site);
			await all("open");
			for (const name of wilma.figures) {
				expect([name, await site.figure(name)]).toEqual([name, 1]);
			}

			await site.kill();
			await all("lost");
			await site.start();
			await all("open");
			await wilma.shut(site);
			await all("closed");
			for (const { seen } of followers) {
				expect(seen).toEqual(["closed", "open", "lost", "open", "closed"]);
			}
		}

		test("published by a SIP user agent", () => chain(new NodeAgent()));

		test.skipIf(!hasLinphone)("published by Linphone", () =>
			chain(new Linphone()),
		);
	},
);
