import { FRED, WILMA } from "../server/secured.js";
import { Actor } from "./actor.js";
import { GUEST, type World } from "./world.js";

export const attach = (endpoint: string): string =>
	`<attach endpoint='${endpoint}' transID='1' />`;

export const bind = (domain: string): string =>
	`<bind relay='${domain}' transID='1' />`;

const DESK = "fred/desk@example.com";
const BARNEY = "barney@rubble.example";

const asFred = { enters: attach(FRED), originator: FRED };
const asWilma = { enters: attach(WILMA), originator: WILMA };
const asBarney = { enters: bind("rubble.example"), originator: BARNEY };

/** For whom fred has an entry while they ask. */
export const GRANTED = "wilma, granted";

/** Who is fred, and says to be a service. */
export const IMPOSTOR = "fred as apex=presence";

/** The columns of the matrix. */
export const ACTORS: Record<string, (world: World) => Promise<Actor>> = {
	nobody: async (world) => new Actor(await world.session(), asFred),
	anonymous: async (world) =>
		new Actor(await world.anonymous(), {
			enters: attach(GUEST),
			originator: GUEST,
		}),
	wilma: async (world) => new Actor(await world.login(WILMA), asWilma),
	[GRANTED]: async (world) => new Actor(await world.login(WILMA), asWilma),
	"fred/desk": async (world) =>
		new Actor(await world.login(FRED), {
			enters: attach(DESK),
			originator: DESK,
		}),
	fred: async (world) => new Actor(await world.login(FRED), asFred),
	barney: async (world) => new Actor(await world.relay(), asBarney),
	pubsub: async (world) =>
		new Actor(await world.relay(), {
			...asBarney,
			originator: "apex=pubsub@rubble.example",
			reader: BARNEY,
		}),
	[IMPOSTOR]: async (world) =>
		new Actor(await world.login(FRED), {
			...asFred,
			originator: "apex=presence@example.com",
			reader: FRED,
		}),
};
