export { AccessService } from "./service.js";
