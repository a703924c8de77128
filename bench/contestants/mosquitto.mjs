import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startProcess } from "../process.mjs";

export { publisher, subscriber } from "./mqtt.mjs";
export const name = "mosquitto (QoS 1)";

export async function start() {
	const folder = mkdtempSync(join(tmpdir(), "mosquitto-bench-"));
	const port = 20000 + Math.floor(Math.random() * 20000);
	const file = join(folder, "mosquitto.conf");
	writeFileSync(
		file,
		`listener ${port} 127.0.0.1\nallow_anonymous true\nmax_inflight_messages 0\nmax_queued_messages 0\nset_tcp_nodelay true\n`,
	);
	const server = await startProcess(
		"/usr/sbin/mosquitto",
		["-c", file],
		/running/,
	);
	return {
		pid: server.pid,
		port,
		async stop() {
			await server.stop();
			rmSync(folder, { recursive: true });
		},
	};
}
