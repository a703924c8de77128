/** What an operator's monitoring reads: `/metrics`, `/healthz` and `/readyz`. */
export { listenMetrics, type MetricsListener } from "./listen.js";
export { type Figures, type Measured, Metrics } from "./metrics.js";
