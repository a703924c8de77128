export { ReportService } from "./service.js";
