import type { ClientMechanism } from "../types.js";
import { unexpected } from "./credentials.js";

/** ANONYMOUS, RFC 4505. */
export const anonymous: ClientMechanism = {
	name: "ANONYMOUS",
	suits: () => true,
	begin: ({ trace = "" }) => ({
		initial: Buffer.from(trace),
		step: unexpected,
		complete() {},
	}),
};
