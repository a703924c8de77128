import { reply } from "../../names/index.js";
import { whenLocated } from "../directory.js";
import type { Option } from "../option.js";

/** RFC 3342 §1: whoever attaches last is preferred. */
export const attachOverride: Option = {
	name: "attachOverride",
	presentIn: ["attach"],
	attach: ({ directory }, endpoint) =>
		whenLocated(directory.locate(endpoint), (place) =>
			place?.terminate(reply(556)),
		),
};
