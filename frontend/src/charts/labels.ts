/** When a point is, in short under the axis and in full when it is read. */
import { clocks, hourOfAxis, longDate, shortDate } from "../lib/time";
import type { ChartPoint } from "./types";

const month = (iso: string, style: "short" | "long"): string =>
  new Intl.DateTimeFormat("en-GB", { month: style, timeZone: "UTC" })
    .format(new Date(`${iso}-01T00:00:00Z`))
    .slice(0, style === "short" ? 3 : 99);

/** Under the axis: "09", "20 Aug", "Aug" (with the year in January), "2026". */
export function axisLabel(point: ChartPoint): string {
  if (point.local_hour !== undefined) return hourOfAxis(point.local_hour);
  const day = point.date ?? point.week;
  if (day !== undefined) return shortDate(day).replace(/,? \d{4}$/, "");
  if (point.month !== undefined) {
    return point.month.endsWith("-01")
      ? `${month(point.month, "short")} ${point.month.slice(0, 4)}`
      : month(point.month, "short");
  }
  return point.year ?? "";
}

/** In full: "09:00 (UTC+02:00)", "Thursday 20 August 2026", "Week of 17 Aug 2026", "August 2026", "2026". */
export function fullLabel(point: ChartPoint): string {
  if (point.local_hour !== undefined) {
    const hour = clocks(point.local_hour);
    return point.utc_offset === undefined ? hour : `${hour} (UTC${point.utc_offset})`;
  }
  if (point.date !== undefined) return longDate(point.date);
  if (point.week !== undefined) return `Week of ${shortDate(point.week)}`;
  if (point.month !== undefined) return `${month(point.month, "long")} ${point.month.slice(0, 4)}`;
  return point.year ?? "";
}
