import { beforeAll, describe, expect, it } from "vitest";
import { type Demonstrated, demonstrate } from "./demonstration.js";

describe("100 connections get nowhere, where 50 may and have 2 seconds", () => {
	let demonstrated: Demonstrated;
	beforeAll(async () => {
		demonstrated = await demonstrate("idlers.mjs", 100, 2, 50);
	});

	it.each([
		"every visit succeeds",
		"one address has no more connections than it may",
		"with higher limits all are let in",
		"whoever was let in is ended after 2 s",
		"the file descriptors are back",
	])("%s", (what) => {
		const { verdicts, output } = demonstrated;
		expect(verdicts.get(what), output).toBe(true);
	});

	it("and nothing else is wrong", () => {
		expect(demonstrated.exitCode, demonstrated.output).toBe(0);
	});
});
