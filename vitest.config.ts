import { defineConfig } from "vitest/config";

export default defineConfig({
	test: {
		include: ["test/**/*.test.ts"],
		// a bound for what hangs, not a claim about speed: these run whole servers
		testTimeout: 120_000,
		hookTimeout: 120_000,
	},
});
