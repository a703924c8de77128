import { BeepError } from "../../error.js";
import { prepared } from "../saslprep.js";
import { isVerified, keysOf } from "../scram.js";
import type { ServerContext, ServerMechanism, ServerStep } from "../types.js";
import { authorized, canonical, failed } from "./names.js";

// The verifier that a password is checked against; every account has this one.
const HASH = "SHA-256";

/** PLAIN, RFC 4616: the password itself, so only where nobody else reads it. */
export const plain: ServerMechanism = {
	name: "PLAIN",
	withheld: ({ isEncrypted }) =>
		isEncrypted ? undefined : { code: 538, text: "PLAIN requires encryption" },
	begin: (context) => ({
		step: async (response) =>
			response === undefined
				? { kind: "challenge", blob: Buffer.alloc(0) }
				: check(context, response),
	}),
};

async function check(
	context: ServerContext,
	response: Buffer,
): Promise<ServerStep> {
	const [wanted, user, password, ...more] = response.toString().split("\0");
	if (!user || !password || more.length > 0) {
		throw new BeepError(501, "this is no message of PLAIN");
	}
	const name = canonical(context, user);
	await context.admit(name);
	const account = await context.credentials.verifier(name, HASH);
	const verifier = account ?? context.decoys.verifier(name, HASH);
	// a password that SASLprep refuses is nobody's, and takes as long as any other wrong one
	const text = prepared(password, "query") ?? "";
	const { clientKey } = await keysOf(HASH, text, verifier);
	const proves = isVerified(HASH, clientKey, verifier);
	if (!proves || account === undefined || text === "") throw failed();
	return { kind: "success", identity: authorized(context, name, wanted) };
}
