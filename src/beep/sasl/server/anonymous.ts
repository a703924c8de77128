import { BeepError } from "../../error.js";
import { prepared } from "../saslprep.js";
import type { ServerContext, ServerMechanism, ServerStep } from "../types.js";
import { canonical } from "./names.js";

// RFC 4505 §2: up to 255 characters
const MAX_TRACE = 255;

/** ANONYMOUS, RFC 4505: nobody in particular, as far as the policy lets them in. */
export const anonymous: ServerMechanism = {
	name: "ANONYMOUS",
	begin: (context) => ({
		step: async (response) =>
			response === undefined
				? { kind: "challenge", blob: Buffer.alloc(0) }
				: check(context, response.toString()),
	}),
};

function check(context: ServerContext, trace: string): ServerStep {
	// RFC 4505 §2 has a profile of its own; SASLprep refuses all that it does, and more
	const text = trace === "" ? "" : prepared(trace, "query");
	if (text === undefined || [...text].length > MAX_TRACE) {
		throw new BeepError(501, "this is no trace of ANONYMOUS");
	}
	const identity = context.anonymous(text);
	if (identity === undefined) {
		throw new BeepError(534, "ANONYMOUS is not enough here");
	}
	return { kind: "success", identity: canonical(context, identity) };
}
