import { describe, expect, it } from "vitest";
import { ACCESS_LIMITS } from "../../src/access/index.js";
import { ATTEMPT_LIMITS } from "../../src/accounts/index.js";
import { RELAY_LIMITS } from "../../src/apex/index.js";
import { CONNECTION_LIMITS, DEFAULT_LIMITS } from "../../src/beep/index.js";
import { loadConfig } from "../../src/config/index.js";
import { limits } from "../../src/config/limits.js";
import { SIP_LIMITS } from "../../src/gateways/sip/index.js";
import { WEB_LIMITS } from "../../src/gateways/web/index.js";
import { XMPP_LIMITS } from "../../src/gateways/xmpp/index.js";
import { PRESENCE_LIMITS } from "../../src/presence/index.js";

const KEPT_TO = {
	...ACCESS_LIMITS,
	...ATTEMPT_LIMITS,
	...CONNECTION_LIMITS,
	...DEFAULT_LIMITS,
	...PRESENCE_LIMITS,
	...RELAY_LIMITS,
	...SIP_LIMITS,
	...WEB_LIMITS,
	...XMPP_LIMITS,
};

const KEYS = Object.keys(limits.shape) as (keyof typeof limits.shape)[];

describe("the limits", () => {
	it("are all that a room keeps to, and no others, with its defaults", () => {
		expect(loadConfig({}).limits).toEqual(KEPT_TO);
	});

	it.each(KEYS)(
		"%s can be set, says what it is, and is never less than nothing",
		(key) => {
			const schema = limits.shape[key];
			const { description, beyond } = schema.meta() ?? {};
			expect(description).toMatch(/^\S.*\S$/);
			expect(beyond).toMatch(/^\S.*\S$/);
			const other = KEPT_TO[key] + 1;
			const flags = { limits: { [key]: other } };
			expect(loadConfig({ flags }).limits).toEqual({
				...KEPT_TO,
				[key]: other,
			});
			for (const wrong of [-1, Number.POSITIVE_INFINITY, "1", null]) {
				expect(schema.safeParse(wrong).success).toBe(false);
			}
		},
	);

	it.each(KEYS.filter((key) => !key.endsWith("Seconds")))(
		"%s is a whole number",
		(key) => {
			expect(limits.shape[key].safeParse(KEPT_TO[key] - 0.5).success).toBe(
				false,
			);
		},
	);
});
