// An XMPP server in Lua: accounts and rosters are written into its storage beforehand.
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../parts/free-port.mjs";
import { startProcess } from "../parts/process.mjs";

export const name = "prosody";
export const client = "xmpp";

const command = "/usr/bin/prosody";

export const isInstalled = existsSync(command);

/**
 * Starts it.
 *
 * @param {readonly (readonly number[])[]} contacts of each account, by their numbers
 */
export async function start(contacts) {
	const folder = mkdtempSync(join(tmpdir(), "prosody-bench-"));
	const port = await freePort();
	const file = join(folder, "prosody.cfg.lua");
	writeFileSync(file, configuration(folder, port));
	for (const [number, of] of contacts.entries()) write(folder, number, of);
	const server = await startProcess(
		[command, "-F", "--config", file],
		new RegExp(`Activated service 'c2s' on .*${port}`),
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

const configuration = (folder, port) => `
run_as_root = true
pidfile = "${folder}/prosody.pid"
data_path = "${folder}/data"
log = { { levels = { min = "info" }, to = "console" } }
modules_enabled = { "roster", "saslauth" }
modules_disabled = { "s2s", "offline" }
interfaces = { "127.0.0.1" }
c2s_ports = { ${port} }
c2s_direct_tls_ports = {}
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
authentication = "internal_plain"
storage = "internal"
network_settings = { nagle = false; tcp_backlog = 4096 }
VirtualHost "example.com"
`;

function write(folder, number, contacts) {
	const put = (store, content) => {
		const at = join(folder, "data", "example%2ecom", store);
		mkdirSync(at, { recursive: true });
		writeFileSync(join(at, `u${number}.dat`), `return {\n${content}};\n`);
	};
	put("accounts", `["password"] = "secret";\n`);
	const items = contacts.map(
		(contact) =>
			`["u${contact}@example.com"] = { ["subscription"] = "both"; ["groups"] = {}; };\n`,
	);
	put("roster", `[false] = { ["version"] = 1; };\n${items.join("")}`);
}
