import { startProcess } from "../process.mjs";

export { publisher, subscriber } from "./mqtt.mjs";
export const name = "aedes (QoS 1)";

export async function start() {
	const file = new URL("aedes-server.mjs", import.meta.url).pathname;
	const server = await startProcess(process.execPath, [file], /ready (\d+)/);
	return { ...server, port: Number(server.match[1]) };
}
