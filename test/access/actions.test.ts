import { describe, expect, it } from "vitest";
import { permits } from "../../src/access/actions.js";

const among = (actions: string, action: string) =>
	permits(new Set(actions.split(" ")), action);

describe("actions, RFC 3341 §3", () => {
	it("an action permits itself and nothing else", () => {
		expect(among("core:data presence:watch", "presence:watch")).toBe(true);
		expect(among("core:data presence:watch", "presence:data")).toBe(false);
		expect(among("core:data", "Core:data")).toBe(false);
	});

	it("service:all permits every operation of that service", () => {
		expect(among("presence:all", "presence:publish")).toBe(true);
		expect(among("presence:all", "access:get")).toBe(false);
	});

	it("all:operation permits that operation of every service", () => {
		expect(among("all:get", "access:get")).toBe(true);
		expect(among("all:get", "access:set")).toBe(false);
	});

	it("all:all permits everything that names an operation", () => {
		expect(among("all:all", "core:data")).toBe(true);
		for (const none of ["core:none", "core", "core:", ":data", ""]) {
			expect(among("all:all", none)).toBe(false);
		}
	});

	it("none permits nothing and takes nothing away", () => {
		expect(among("all:none", "core:data")).toBe(false);
		expect(among("all:none", "all:none")).toBe(false);
		expect(among("presence:none core:data", "core:data")).toBe(true);
	});

	it("to ask for every operation takes an action that permits every one", () => {
		expect(among("presence:watch presence:subscribe", "presence:all")).toBe(
			false,
		);
		expect(among("presence:all", "presence:all")).toBe(true);
		expect(among("presence:all", "all:all")).toBe(false);
	});
});
