/** The answers the park and ride pages read. */
import type { Schemas } from "../../api/rows";
import type { ChartPoint, Grain, HeatCell } from "../../charts/types";

export type ParkDetails = Schemas["ParkDetails"];
export type ParkInfo = Schemas["ParkInfo"];
export type ParkDay = Schemas["ParkDayRow"];
export type RideDetails = Schemas["RideDetails"];
export type Outage = Schemas["OutageInPark"];
export type ScheduleEntry = Schemas["ScheduleEntry"];
export type ScoreExplained = Schemas["ScoreExplained"];

export type ParkTimeline = Schemas["ParkTimeline"];
export type ShowTime = Schemas["ShowRow"];

/** `/heatmap` of a park or a ride. */
export interface Heatmap {
  cells: HeatCell[];
}

/** `/series` of a park or a ride. */
export interface Series {
  grain: Grain;
  points: ChartPoint[];
}

/** One row of `/coverage`. */
export interface CoverageRow {
  park_id: number;
  primary_feed: string;
  breakdown_signal: string;
  first_day: string | null;
  last_day: string | null;
  days_recorded: number;
  findings: { kind: string; detail: string; first_seen_at: string; last_seen_at: string; occurrences: number }[];
}
