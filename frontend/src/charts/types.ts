/** What the charts take in and hand out. Field names are those of the API; null is "no data", never zero. */

/** Why a place on the axis looks as it does. */
export type PointState = "open" | "closed" | "not_watched" | "no_data_yet";

/** The figures a point or a cell may hold. Parks have all of them, rides no score. */
export interface Figures {
  shame_score?: number | null;
  downtime_hours?: number | null;
  downtime_seconds?: number | null;
  breakdown_seconds?: number | null;
  opening_delay_seconds?: number | null;
  never_reopened_seconds?: number | null;
  park_wide_seconds?: number | null;
  uptime_percent?: number | null;
  rides_operating?: number | null;
  rides_down?: number | null;
  average_wait_minutes?: number | null;
  max_wait_minutes?: number | null;
  coverage_percent?: number | null;
}

/** One point of `chart_data` or of `/series`. */
export interface ChartPoint extends Figures {
  hour?: string;
  local_hour?: string;
  utc_offset?: string;
  date?: string;
  week?: string;
  month?: string;
  year?: string;
  state: PointState;
}

export interface OpenWindow {
  start: string;
  end: string;
}

export type SegmentStatus = "operating" | "down" | "closed" | "refurbishment" | "unobserved";

/** A stretch in which a ride held one status. */
export interface Segment {
  start: string;
  end: string;
  status: SegmentStatus;
  counts_as_down: boolean;
  /** Why it is no downtime though the ride did not run. */
  not_counted?: string | null;
  in_window: boolean;
  wait_minutes: number | null;
}

/** One row of a timeline. */
export interface TimelineRide {
  ride_id: number;
  ride_name: string;
  ride_slug: string;
  eligible?: boolean;
  segments: readonly Segment[];
}
