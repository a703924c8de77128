import { BeepError } from "../../error.js";
import { isPassword } from "../password.js";
import type { ServerContext, ServerMechanism, ServerStep } from "../types.js";
import { authorized, canonical, failed } from "./names.js";

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
	const { credentials, decoys } = context;
	if (!(await isPassword(credentials, decoys, name, password))) throw failed();
	return { kind: "success", identity: authorized(context, name, wanted) };
}
