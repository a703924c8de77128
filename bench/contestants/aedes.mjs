// An MQTT broker for Node, at QoS 1.
import { fileURLToPath } from "node:url";
import { startProcess } from "../parts/process.mjs";

export const name = "aedes (QoS 1)";
export const client = "mqtt";

const file = fileURLToPath(new URL("../servers/aedes.mjs", import.meta.url));

export async function start() {
	const server = await startProcess([process.execPath, file], /ready (\d+)/);
	return { ...server, port: Number(server.match[1]) };
}
