/** The rows of `/api/live/status-summary`. */
import type { Schemas } from "../../api/rows";

export type StatusSummary = Schemas["StatusSummary"];
