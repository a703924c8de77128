// An MQTT broker in C, at QoS 1.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../parts/free-port.mjs";
import { startProcess } from "../parts/process.mjs";

export const name = "mosquitto (QoS 1)";
export const client = "mqtt";

const command = "/usr/sbin/mosquitto";

export const isInstalled = existsSync(command);

export async function start() {
	const folder = mkdtempSync(join(tmpdir(), "mosquitto-bench-"));
	const port = await freePort();
	const file = join(folder, "mosquitto.conf");
	const lines = [
		`listener ${port} 127.0.0.1`,
		"allow_anonymous true",
		"max_inflight_messages 0",
		"max_queued_messages 0",
		"set_tcp_nodelay true",
	];
	writeFileSync(file, `${lines.join("\n")}\n`);
	const server = await startProcess([command, "-c", file], /running/);
	return {
		pid: server.pid,
		port,
		async stop() {
			await server.stop();
			rmSync(folder, { recursive: true });
		},
	};
}
