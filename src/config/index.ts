export {
	type Address,
	formatAddress,
	isLoopback,
	parseAddress,
} from "./address.js";
export { ConfigError, loadConfig } from "./load.js";
export {
	type Config,
	type ConfigInput,
	DEFAULT_MESH_PORT,
	DEFAULT_PORT,
	DEFAULT_WEB_PORT,
	guestDomains,
	schema,
} from "./schema.js";
