import { FRED, WILMA } from "../server/secured.js";
import { attach, bind } from "./actors.js";
import {
	ACCESS,
	answered,
	asking,
	DINO,
	data,
	delivery,
	entering,
	type Operation,
	originating,
	PRESENCE,
	reported,
	transIDOf,
} from "./asking.js";
import { GUEST } from "./world.js";

const BARNEY = "barney@rubble.example";

/** The rows of the matrix. */
export const OPERATIONS: Record<string, Operation> = {
	"attach as guest@example.com": entering(attach(GUEST)),
	"attach as wilma@example.com": entering(attach(WILMA)),
	"attach as fred@example.com": entering(attach(FRED)),
	"attach as fred@example.com, who is here": {
		...entering(attach(FRED).replace("transID='1'", "transID='2'")),
		needs: "fred",
	},
	"attach as fred/desk@example.com": entering(attach("fred/desk@example.com")),
	"attach as apex=presence@example.com": entering(attach(PRESENCE)),
	"attach as barney@rubble.example": entering(attach(BARNEY)),
	"bind for example.com": entering(bind("example.com")),
	"bind for rubble.example": entering(bind("rubble.example")),
	"bind for slate.example": entering(bind("slate.example")),

	"originate as oneself": originating(),
	"originate as wilma@example.com": originating(WILMA),
	"originate as fred@example.com": originating(FRED),
	"originate as fred/desk@example.com": originating("fred/desk@example.com"),
	"originate as apex=presence@example.com": originating(PRESENCE),
	"originate as barney@rubble.example": originating(BARNEY),
	"originate as apex=pubsub@rubble.example": originating(
		"apex=pubsub@rubble.example",
	),
	"originate as mr.slate@slate.example": originating("mr.slate@slate.example"),

	"data to fred": { needs: "both", action: "core:data", perform: delivery },
	"data to fred, statusRequest": reported(FRED, "core:data"),
	"data to apex=presence, statusRequest": reported(PRESENCE),
	"data to apex=chess, statusRequest": reported("apex=chess@example.com"),

	"subscribe to fred": subscribing(FRED, 3600),
	"poll fred": subscribing(FRED, 0),
	"watch fred": asking(
		PRESENCE,
		(transID) =>
			`<watch publisher='${FRED}' duration='3600' transID='${transID}' />`,
		"presence:watch",
	),
	"publish for fred": {
		needs: "both",
		action: "presence:publish",
		async perform(scene) {
			const { lastUpdate } = await scene.owner.poll(FRED);
			return answered(
				scene,
				PRESENCE,
				(transID) =>
					`<publish publisher='${FRED}' transID='${transID}' timeStamp='${lastUpdate}'>` +
					`<presence publisher='${FRED}' lastUpdate='${lastUpdate}'>` +
					`<tuple destination='apex:${FRED}' availableUntil='2525-12-31T23:59:59Z' />` +
					"</presence></publish>",
			);
		},
	},
	"terminate what fred has subscribed to": {
		needs: "both",
		async perform(scene) {
			const transID = scene.next();
			const subscribe = `<subscribe publisher='${FRED}' duration='3600' transID='${transID}' />`;
			await scene.fred.ask(data(FRED, PRESENCE, subscribe));
			await scene.fred.hear((content) => transIDOf(content) === transID);
			const terminate = `<terminate transID='${transID}' />`;
			return answered(scene, PRESENCE, () => terminate, transID);
		},
	},
	"subscribe to fred/desk, who has no entry": subscribing(
		"fred/desk@example.com",
		0,
	),
	"subscribe to dino, who has no account": subscribing(DINO, 0),
	"subscribe to barney, of another domain": subscribing(BARNEY, 0),

	"query whether fred may send to fred": querying(FRED),
	"get fred's entry for pebbles": asking(
		ACCESS,
		(transID) =>
			`<get owner='${FRED}' actor='pebbles@example.com' transID='${transID}' />`,
		"access:get",
	),
	"set an entry of fred's": asking(
		ACCESS,
		(transID) =>
			`<set transID='${transID}'><access owner='${FRED}'` +
			` actor='stranger.${transID}@example.com' actions='core:data' /></set>`,
		"access:set",
	),
	"query whether dino may send to dino": querying(DINO),
	"query whether barney may send to barney": querying(BARNEY),
};

function subscribing(subject: string, duration: number): Operation {
	return asking(
		PRESENCE,
		(transID) =>
			`<subscribe publisher='${subject}' duration='${duration}' transID='${transID}' />`,
		"presence:subscribe",
	);
}

function querying(owner: string): Operation {
	return asking(
		ACCESS,
		(transID) =>
			`<query owner='${owner}' actor='${owner}' actions='core:data' transID='${transID}' />`,
		"access:query",
	);
}
