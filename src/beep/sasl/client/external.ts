import type { ClientMechanism } from "../types.js";
import { unexpected } from "./credentials.js";

/** EXTERNAL, RFC 4422 appendix A: the certificate of the TLS connection says it all. */
export const external: ClientMechanism = {
	name: "EXTERNAL",
	suits: ({ isEncrypted }) => isEncrypted,
	begin: ({ authorization = "" }) => ({
		initial: Buffer.from(authorization),
		step: unexpected,
		complete() {},
	}),
};
