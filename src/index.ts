/**
 * apex-presence as a library: a client of APEX presence services, and a server to run inside
 * a program. BEEP without APEX is `apex-presence/beep`.
 */
export * from "./client/index.js";
export {
	type Config,
	ConfigError,
	type ConfigInput,
	loadConfig,
} from "./config/index.js";
export { type Dns, nodeDns, type Srv } from "./dns/index.js";
export * from "./names/index.js";
export { type Server, type ServerParts, startServer } from "./server.js";
export { StoreError, type StoreErrorCode } from "./store/index.js";
export { XmlError } from "./xml/index.js";
