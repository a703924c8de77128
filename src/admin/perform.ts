import { z } from "zod";
import { AdminError } from "./error.js";
import {
	type Answer,
	type Operation,
	type Operations,
	protocol,
} from "./protocol.js";

/**
 * Does an operation with an input from outside.
 *
 * @throws AdminError where the input is not what the operation takes, or it refuses
 */
export function perform<Name extends Operation>(
	operations: Operations,
	name: Name,
	input: unknown,
): Promise<Answer<Name>> {
	const taken = checked<unknown>(protocol[name].input, input);
	// what the schema of an operation lets through is what the operation takes
	return operations[name](taken as Parameters<Operations[Name]>[0]);
}

/** A value as a schema leaves it. @throws AdminError where it is not such a value */
export function checked<Output>(
	schema: z.ZodType<Output>,
	value: unknown,
): Output {
	const result = schema.safeParse(value);
	if (result.success) return result.data;
	throw new AdminError(z.prettifyError(result.error));
}
