// The limit of the platform: a server of bare Node.
import { fileURLToPath } from "node:url";
import { startProcess } from "../parts/process.mjs";

export const name = "floor (bare Node)";
export const client = "floor";

const file = fileURLToPath(new URL("../servers/floor.mjs", import.meta.url));

export async function start() {
	const server = await startProcess([process.execPath, file], /ready (\d+)/);
	return { ...server, port: Number(server.match[1]) };
}
