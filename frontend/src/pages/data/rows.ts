/** The answers that the page about data shows. */

import type { ParkIdentity, ParkRow, RideRow } from "../../api/rows";

/** What of `/api/parks/<park>/details` serves as an example. */
export interface ParkExample {
  park: ParkIdentity & { breakdown_signal: string };
  summary: ParkRow;
  rides: RideRow[];
  score_explained: {
    rides: {
      ride_id: number;
      ride_name: string;
      weight: number;
      downtime_seconds: number | null;
      exposure_seconds: number | null;
      score_points: number | null;
    }[];
    weighted_downtime: number;
    weighted_exposure: number;
    shame_score: number | null;
  };
}

export interface Finding {
  kind: string;
  detail: string;
  first_seen_at: string;
  last_seen_at: string;
  occurrences: number;
}

/** A row of `/api/coverage`. */
export interface CoverageRow extends ParkIdentity {
  primary_feed: string;
  breakdown_signal: string;
  first_day: string | null;
  last_day: string | null;
  days_recorded: number;
  days_live: number;
  days_archive: number;
  open_days: number;
  coverage_percent: number | null;
  findings: Finding[];
}

/** A row of `/api/downloads`. */
export interface DownloadRow {
  dataset: string;
  month: string;
  format: string;
  /** The month is still running: the file grows. */
  is_partial: boolean;
  url: string;
}

/** The files of one month of one data set. */
export interface MonthFiles {
  month: string;
  files: DownloadRow[];
}

/** Files by data set, in the order of the answer; in each the newest month first. */
export function byDataset(files: readonly DownloadRow[]): Map<string, MonthFiles[]> {
  const found = new Map<string, MonthFiles[]>();
  for (const file of files) {
    const months = found.get(file.dataset) ?? [];
    const month = months.find((other) => other.month === file.month);
    if (month === undefined) months.push({ month: file.month, files: [file] });
    else month.files.push(file);
    found.set(file.dataset, months);
  }
  for (const months of found.values()) months.sort((one, other) => other.month.localeCompare(one.month));
  return found;
}
