export { ApexFace } from "./face.js";
export { PresenceService } from "./service.js";
