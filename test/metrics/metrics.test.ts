import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { listenMetrics, Metrics } from "../../src/metrics/index.js";
import { silent } from "../../src/names/index.js";

async function listening(ready = (): boolean => true) {
	const figures = { sessions: 2, published: 7, held: new Map([["a", 1]]) };
	const metrics = new Metrics({
		apex_sessions: {
			...{ help: "sessions", kind: "now" },
			read: () => figures.sessions,
		},
		apex_publishes_total: {
			...{ help: "publishes", kind: "count" },
			read: () => figures.published,
		},
		apex_held: {
			...{ help: "held", kind: "now", label: "domain" },
			read: () => figures.held,
		},
	});
	const listener = await listenMetrics(
		{ host: "127.0.0.1", port: 0 },
		{ metrics, ready, log: silent },
	);
	onTestFinished(() => listener.close());
	const { port } = listener.server.address() as AddressInfo;
	return {
		figures,
		get: (path: string, method = "GET") =>
			fetch(`http://127.0.0.1:${port}${path}`, { method }),
	};
}

it("figures are read when somebody looks", async () => {
	const { figures, get } = await listening();
	const first = await (await get("/metrics")).text();
	expect(first).toMatch(/^apex_sessions 2$/m);
	expect(first).toMatch(/^# TYPE apex_publishes_total counter$/m);
	expect(first).toMatch(/^apex_publishes_total 7$/m);
	expect(first).toMatch(/^apex_held\{domain="a"\} 1$/m);
	expect(first).toMatch(/^process_resident_memory_bytes \d/m);
	figures.sessions = 1;
	figures.published = 9;
	const second = await (await get("/metrics")).text();
	expect(second).toMatch(/^apex_sessions 1$/m);
	expect(second).toMatch(/^apex_publishes_total 9$/m);
});

it("two servers in one process have figures of their own", async () => {
	const [one, other] = [await listening(), await listening()];
	one.figures.sessions = 5;
	expect(await (await other.get("/metrics")).text()).toMatch(
		/^apex_sessions 2$/m,
	);
});

it("healthz answers, and readyz says whether the server serves", async () => {
	let isReady = false;
	const { get } = await listening(() => isReady);
	expect((await get("/healthz")).status).toBe(200);
	expect((await get("/readyz")).status).toBe(503);
	isReady = true;
	expect((await get("/readyz")).status).toBe(200);
});

it("there is nothing else, and nothing to be changed", async () => {
	const { get } = await listening();
	expect((await get("/")).status).toBe(404);
	const posted = await get("/metrics", "POST");
	expect(posted.status).toBe(405);
	expect(posted.headers.get("allow")).toBe("GET, HEAD");
});
