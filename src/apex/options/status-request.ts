import type { Option } from "../option.js";

/** RFC 3340 §5.1: the originator hears what became of its data at each applicable relay. */
export const statusRequest: Option = {
	name: "statusRequest",
	presentIn: ["data", "recipient"],
	data: (option, passage) => ({
		ended: (status) => passage.report(option, status),
	}),
};
