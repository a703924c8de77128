export { isAscii } from "./ascii.js";
export * from "./clock.js";
export * from "./codes.js";
export * from "./endpoint.js";
export * from "./identifier.js";
export * from "./log.js";
export * from "./network.js";
export * from "./timestamp.js";
