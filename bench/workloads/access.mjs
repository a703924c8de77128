// Decisions about access, when one owner has many entries.
import { name } from "../contestants/apex.mjs";
import { startDriver } from "../parts/driver.mjs";

export const title = "Access";

export const columns = { rate: { title: "decisions/s", digits: 0 } };

const ENTRIES = 10_000;

// what is remembered of actors is forgotten before one of so many asks again
const ACTORS = { "asked before": ENTRIES, "never asked before": 500_000 };

export function cells({ quick }) {
	return Object.entries(ACTORS).map(([which, actors]) => ({
		label: `${ENTRIES.toLocaleString("en")} entries, ${which}`,
		contestant: name,
		async measure() {
			const driver = startDriver("access");
			const seconds = quick ? 0.5 : 2;
			const options = { entries: ENTRIES, actors, seconds };
			const rate = await driver.call("decide", options);
			await driver.stop();
			return { rate };
		},
	}));
}

export const goals = () => [];
