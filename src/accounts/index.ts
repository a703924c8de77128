/** Who may log in: accounts as SCRAM verifiers, never passwords. */
export { Accounts, type AccountsOptions } from "./accounts.js";
export {
	ATTEMPT_LIMITS,
	type AttemptLimits,
	FailedAttempts,
	type FailedAttemptsOptions,
} from "./attempts.js";
export { AccountError } from "./error.js";
export { passwordCheck } from "./password-check.js";
export type * from "./types.js";
