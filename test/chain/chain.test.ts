/**
 * Whole programs in a chain: wilma publishes by one protocol and is followed by others, while the
 * server is killed and started again. README.md says how another protocol joins.
 */
import { spawnSync } from "node:child_process";
import {
	afterEach,
	beforeEach,
	describe,
	expect,
	onTestFailed,
	test,
} from "vitest";
import { isInstalled as hasXmpp, Prosody } from "../gateways/xmpp/prosody.js";
import { Board } from "./board.js";
import {
	apexSubscribe,
	curlEvents,
	type Follower,
	Program,
	type Sight,
} from "./followers.js";
import { Juliet, withXmpp } from "./juliet.js";
import { Linphone, NodeAgent, type Publisher, WILMA } from "./publishers.js";
import { Site } from "./site.js";

const FOLLOWINGS = [apexSubscribe, curlEvents];

/** @returns whether it is there; says loudly what is not tested where it is not */
function isThere(isInstalled: boolean, without: string): boolean {
	if (!isInstalled) console.warn(`\n*** SKIPPED: ${without}. ***\n`);
	return isInstalled;
}

const hasLinphone = isThere(
	Linphone.isInstalled(),
	"Linphone is to publish in the chain, and there is no linphonec",
);
const hasCurl = isThere(
	spawnSync("curl", ["--version"]).status === 0,
	"curl is to follow in the chain, and there is none",
);
const hasProsody = isThere(
	hasXmpp(),
	"an XMPP user is to follow in the chain, and there is no prosody with python3-slixmpp",
);
const hasChromium = isThere(
	Board.isInstalled(),
	"the web board is to follow in the chain, and there is no chromium",
);

describe.skipIf(!hasCurl)(
	"wilma is seen open, and closed after a kill -9",
	() => {
		let prosody: Prosody | undefined;
		let site: Site;
		let publisher: Publisher | undefined;
		let followers: Follower[] = [];

		beforeEach(async () => {
			prosody = hasProsody ? await Prosody.start(1) : undefined;
			site = await Site.open(prosody ? withXmpp(prosody) : {});
		});
		afterEach(async () => {
			await Promise.all(followers.map((follower) => follower.stop()));
			await publisher?.stop();
			await site.close();
			await prosody?.remove();
		});

		async function chain(wilma: Publisher): Promise<void> {
			publisher = wilma;
			onTestFailed(() => {
				for (const { name, seen } of followers) console.warn(name, seen);
			});
			followers = FOLLOWINGS.map((kind) => new Program(kind(site, WILMA)));
			// in turn, for a probe of juliet's is lost where prosody does not know of the kill yet
			const all = async (sight: Sight): Promise<void> => {
				for (const follower of followers) await follower.sees(sight);
			};
			await all("closed");
			// these ask once, so wilma has to be known already
			if (prosody) followers.push(await Juliet.follow(prosody, WILMA));
			if (hasChromium) followers.push(await Board.open(site, WILMA));
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
			const sights = ["closed", "open", "lost", "open", "closed"];
			for (const { name, seen } of followers) {
				expect([name, ...seen]).toEqual([name, ...sights]);
			}
		}

		test("published by a SIP user agent", () => chain(new NodeAgent()));

		test.skipIf(!hasLinphone)("published by Linphone", () =>
			chain(new Linphone()),
		);
	},
);
