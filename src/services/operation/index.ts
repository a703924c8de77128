export * from "./exchange.js";
export { receive, type ServiceParts } from "./receive.js";
export { reply } from "./reply.js";
