/** Who may log in: accounts as SCRAM verifiers, never passwords. */
export { Accounts, type AccountsOptions } from "./accounts.js";
export { AccountError } from "./error.js";
export type * from "./types.js";
