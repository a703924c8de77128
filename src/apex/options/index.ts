/** The options of this relay: RFC 3340 §5.1 and RFC 3342. */
import type { Option } from "../option.js";
import { attachOverride } from "./attach-override.js";
import { dataHopping } from "./data-hopping.js";
import { dataTiming } from "./data-timing.js";
import { hold4Endpoint } from "./hold4-endpoint.js";
import { statusRequest } from "./status-request.js";

export const OPTIONS: readonly Option[] = [
	statusRequest,
	attachOverride,
	dataTiming,
	dataHopping,
	hold4Endpoint,
];
