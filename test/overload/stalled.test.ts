import { beforeAll, describe, expect, it } from "vitest";
import { type Demonstrated, demonstrate } from "./demonstration.js";

describe("50 readers stop reading while the state changes 300 times", () => {
	let demonstrated: Demonstrated;
	beforeAll(async () => {
		demonstrated = await demonstrate("stalled.mjs", 50, 300);
	});

	it.each([
		"the server grows by less than 64.0 MiB",
		"everybody who stopped hears the newest state",
		"after 10 updates at the most",
		"and of none that is older than one before",
	])("%s", (what) => {
		const { verdicts, output } = demonstrated;
		expect(verdicts.get(what), output).toBe(true);
	});

	it("and nothing else is wrong", () => {
		expect(demonstrated.exitCode, demonstrated.output).toBe(0);
	});
});
