export {
	type Address,
	formatAddress,
	isLoopback,
	parseAddress,
} from "./address.js";
export { ConfigError, DEFAULT_PORT, loadConfig } from "./load.js";
export { type Config, type ConfigInput, schema } from "./schema.js";
