export * from "./access.js";
export { type Actor, parseActor } from "./actor.js";
export * from "./defaults.js";
export * from "./limits.js";
export { AccessOperations, type AccessOperationsParts } from "./operations.js";
export * from "./types.js";
