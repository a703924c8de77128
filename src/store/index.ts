export { StoreError, type StoreErrorCode } from "./error.js";
export { LevelStore, type LevelStoreParts } from "./level.js";
export { MemoryStore, type MemoryStoreParts } from "./memory.js";
export type { GatewayRows, Row } from "./queued.js";
