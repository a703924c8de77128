export * from "./element.js";
export * from "./error.js";
