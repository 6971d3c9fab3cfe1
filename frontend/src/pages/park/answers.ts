/** The answers the park and ride pages read. */
import type { Schemas } from "../../api/rows";
import type { ChartPoint, Grain, HeatCell, OpenWindow, TimelineRide } from "../../charts/types";

export type ParkDetails = Schemas["ParkDetails"];
export type ParkInfo = Schemas["ParkInfo"];
export type ParkDay = Schemas["ParkDayRow"];
export type RideDetails = Schemas["RideDetails"];
export type Outage = Schemas["OutageInPark"];
export type ScheduleEntry = Schemas["ScheduleEntry"];
export type ScoreExplained = Schemas["ScoreExplained"];

export interface Heatmap {
  cells: HeatCell[];
}

export interface Series {
  grain: Grain;
  points: ChartPoint[];
}

/** `/parks/<park>/timeline`: all rides over one of the park's days. */
export interface ParkTimeline {
  date: string;
  timezone: string;
  starts_at: string;
  ends_at: string;
  windows: OpenWindow[];
  rides: (TimelineRide & { tier: number | null; eligible: boolean; excluded_reason: string | null })[];
}

/** `/parks/<park>/showtimes`. */
export interface ShowTime {
  ride_id: number;
  ride_name: string;
  ride_slug: string;
  starts_at: string;
  ends_at: string | null;
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
