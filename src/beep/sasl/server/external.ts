import type { ServerContext, ServerMechanism, ServerStep } from "../types.js";
import { authorized, canonical, failed } from "./names.js";

/** EXTERNAL, RFC 4422 appendix A: what a service outside SASL vouches for. */
export const external: ServerMechanism = {
	name: "EXTERNAL",
	// RFC 3080 §4.1.3: such a service must be active; here that is TLS
	withheld: ({ isEncrypted }) =>
		isEncrypted
			? undefined
			: { code: 538, text: "EXTERNAL requires a certificate under TLS" },
	begin: (context) => ({
		step: async (response) =>
			response === undefined
				? { kind: "challenge", blob: Buffer.alloc(0) }
				: check(context, response.toString()),
	}),
};

/** RFC 3080 §4.1.3: an identity that is not given is derived from the credentials. */
async function check(
	context: ServerContext,
	wanted: string,
): Promise<ServerStep> {
	const names = context.external().map((name) => canonical(context, name));
	const name =
		wanted === ""
			? names[0]
			: (names.find((one) => one === canonical(context, wanted)) ?? names[0]);
	if (name === undefined) throw failed();
	await context.admit(name);
	return { kind: "success", identity: authorized(context, name, wanted) };
}
