import type { ClientMechanism } from "../types.js";
import { credentialsOf, preparedOr501, unexpected } from "./credentials.js";

/** PLAIN, RFC 4616: never where somebody else may read it. */
export const plain: ClientMechanism = {
	name: "PLAIN",
	suits: ({ user, password, isEncrypted }) =>
		isEncrypted && user !== undefined && password !== undefined,
	begin(context) {
		const { user, password } = credentialsOf(context);
		const wanted = context.authorization;
		const authorization = wanted === undefined ? "" : preparedOr501(wanted);
		return {
			initial: Buffer.from([authorization, user, password].join("\0")),
			step: unexpected,
			complete() {},
		};
	},
};
