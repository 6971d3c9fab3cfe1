/** The figures behind the charts as tables. */
import { duration, number } from "../lib/format";
import { clocks, localTime, shortDate } from "../lib/time";
import { notCountedWords } from "../lib/wording";
import { KIND_WORDS, KINDS } from "./geometry/lengths";
import { fullLabel } from "./labels";
import { LOOK_WORDS, lookOf } from "./looks";
import { MEASURES, STATE_WORDS, type Measure, type MeasureKey } from "./measures";
import type { ChartPoint, ChartTable, Figures, HeatCell, OutageKind, TimelineRide } from "./types";
import { WEEKDAYS } from "./weekdays";

const DASH = "no data";
const DIGITS: Record<MeasureKey, number> = { score: 2, downtime: 2, uptime: 1, wait: 0, rides_down: 0 };

function figure(measure: Measure, figures: Figures): string {
  const value = measure.value(figures);
  return value === null ? DASH : number(value, DIGITS[measure.key]);
}

/** Points with several measures; a place that was closed or is to come says so in every column. */
export function pointsTable(points: readonly ChartPoint[], keys: readonly MeasureKey[], caption: string): ChartTable {
  const measures = keys.map((key) => MEASURES[key]);
  const kinds = keys.includes("downtime") ? KINDS.filter((kind) => points.some((point) => (point[`${kind}_seconds`] ?? 0) > 0)) : [];
  return {
    caption,
    columns: [
      { label: "When" },
      ...measures.map((measure) => ({ label: measure.label, isNumber: true })),
      ...kinds.map((kind) => ({ label: KIND_WORDS[kind], isNumber: true })),
      { label: "Watched, %", isNumber: true },
    ],
    rows: points.map((point) => [
      fullLabel(point),
      ...measures.map((measure) => (point.state === "open" ? figure(measure, point) : STATE_WORDS[point.state])),
      ...kinds.map((kind) => lostWords(point, kind)),
      point.coverage_percent === null || point.coverage_percent === undefined ? DASH : number(point.coverage_percent),
    ]),
  };
}

function lostWords(point: ChartPoint, kind: OutageKind): string {
  if (point.state !== "open") return STATE_WORDS[point.state];
  const seconds = point[`${kind}_seconds`];
  return seconds === null || seconds === undefined ? DASH : duration(seconds);
}

/** A heat map as rows of hours and columns of weekdays. */
export function heatTable(cells: readonly HeatCell[], key: MeasureKey, caption: string): ChartTable {
  const measure = MEASURES[key];
  const hours = [...new Set(cells.map((cell) => cell.hour))].sort((one, other) => one - other);
  const found = new Map(cells.map((cell) => [`${cell.weekday}-${cell.hour}`, cell]));
  return {
    caption: `${caption} (${measure.label})`,
    columns: [{ label: "Hour" }, ...WEEKDAYS.map((label) => ({ label, isNumber: true }))],
    rows: hours.map((hour) => [
      clocks(`${String(hour).padStart(2, "0")}:00`),
      ...WEEKDAYS.map((_, at) => {
        const cell = found.get(`${at + 1}-${hour}`);
        if (cell === undefined) return DASH;
        return measure.value(cell) === null && cell.state !== "open" ? STATE_WORDS[cell.state] : figure(measure, cell);
      }),
    ]),
  };
}

/** Every stretch of every ride. */
export function timelineTable(rides: readonly TimelineRide[], zone: string, caption: string): ChartTable {
  return {
    caption,
    columns: [
      { label: "Ride" },
      { label: "From" },
      { label: "To" },
      { label: "Status" },
      { label: "In open hours" },
      { label: "Posted wait, minutes", isNumber: true },
    ],
    rows: rides.flatMap((ride) =>
      ride.segments.map((segment) => [
        ride.ride_name,
        localTime(segment.start, zone, "day"),
        localTime(segment.end, zone, "day"),
        segment.not_counted ? `${LOOK_WORDS[lookOf(segment)]}, not counted: ${notCountedWords(segment.not_counted)}` : LOOK_WORDS[lookOf(segment)],
        segment.in_window ? "yes" : "no",
        segment.wait_minutes === null ? "none posted" : number(segment.wait_minutes),
      ]),
    ),
  };
}

/** Days of a calendar, one measure. */
export function calendarTable(points: readonly ChartPoint[], key: MeasureKey, caption: string): ChartTable {
  const measure = MEASURES[key];
  return {
    caption,
    columns: [{ label: "Day" }, { label: measure.label, isNumber: true }],
    rows: points
      .filter((point) => point.date !== undefined && point.state !== "no_data_yet")
      .map((point) => [
        shortDate(point.date ?? ""),
        point.state === "open" ? figure(measure, point) : STATE_WORDS[point.state],
      ]),
  };
}
