export * from "./names/index.js";
export * from "./presence/index.js";
