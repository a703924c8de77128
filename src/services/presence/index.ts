export { presenceXml } from "./content.js";
export { PresenceElsewhere } from "./elsewhere.js";
export { ApexFace } from "./face.js";
export { PresenceService } from "./service.js";
