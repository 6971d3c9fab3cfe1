/** The answers that the page about data shows. */

import type { Schemas } from "../../api/rows";

/** What of `/api/parks/<park>/details` serves as an example. */
export type ParkExample = Pick<Schemas["ParkDetails"], "park" | "summary" | "rides" | "score_explained">;
export type Finding = Schemas["Finding"];
export type CoverageRow = Schemas["CoverageRow"];
export type DownloadRow = Schemas["DownloadRow"];

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
