import { once } from "node:events";
import { request } from "node:https";
import type { AddressInfo } from "node:net";
import { afterAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { listenWeb } from "../../../src/gateways/web/index.js";
import { Authority } from "../../beep/certificates.js";
import { basic, Site } from "./harness.js";

const authority = new Authority();
afterAll(() => authority.remove());

test("HTTPS: the same, its origin is https, and BEEP is told that it is encrypted", async () => {
	const site = await Site.open({ dev: false });
	const { cert, key } = authority.certify("IP:127.0.0.1");
	const address = { host: "127.0.0.1", port: 0 };
	const server = await listenWeb(address, site.web, { cert, key });
	const { port } = server.address() as AddressInfo;
	const { ca } = authority;
	const own = `https://127.0.0.1:${port}`;

	const statusOf = async (Origin: string): Promise<number> => {
		const path = "/presence/fred@example.com";
		const headers = { ...basic("fred@example.com"), Origin };
		const asked = request({
			...address,
			port,
			path,
			ca,
			headers,
			agent: false,
		});
		asked.end();
		const [response] = await once(asked, "response");
		response.resume();
		return response.statusCode;
	};
	expect(await statusOf(own)).toBe(200);
	expect(await statusOf(own.replace("https", "http"))).toBe(403);

	const socket = new WebSocket(own.replace("https", "wss"), "beep", { ca });
	await once(socket, "open");
	expect(site.beeps[0]?.peer.encrypted).toBe(true);
	const closed = once(socket, "close");
	await site.close();
	expect((await closed)[0]).toBe(1001);
});

test("an address that is taken is an error of the socket", async () => {
	const site = await Site.open();
	const taken = { host: "127.0.0.1", port: site.port };
	await expect(listenWeb(taken, site.web)).rejects.toThrow("EADDRINUSE");
	await site.close();
});
