/** Where the stretches of a timeline go: pure geometry. */
import { scaleLinear } from "d3-scale";
import { clock24 } from "../../lib/time";
import { type Look, lookOf } from "../looks";
import type { OpenWindow, Segment } from "../types";

export interface Stretch {
  segment: Segment;
  look: Look;
  x: number;
  width: number;
}

/** From an instant to a place on the axis, held inside it. */
export function timeScale(start: string, end: string, left: number, right: number): (iso: string) => number {
  const scale = scaleLinear()
    .domain([Date.parse(start), Date.parse(end)])
    .range([left, right])
    .clamp(true);
  return iso => scale(Date.parse(iso));
}

/** The stretches of one row that lie on the axis. */
export function stretchesOf(segments: readonly Segment[], place: (iso: string) => number): Stretch[] {
  return segments
    .map(segment => {
      const x = place(segment.start);
      return { segment, look: lookOf(segment), x, width: place(segment.end) - x };
    })
    .filter(stretch => stretch.width > 0);
}

export interface HourTick {
  iso: string;
  text: string;
  isMidnight: boolean;
}

const QUARTER_MS = 15 * 60_000;

/** The full local hours between two instants, every so many hours of the clock; right also where clocks change. */
export function hourTicks(start: string, end: string, zone: string, every: number): HourTick[] {
  const ticks: HourTick[] = [];
  const last = Date.parse(end);
  // Zones lie a quarter of an hour apart at the finest, so every full local hour is met.
  for (let at = Math.ceil(Date.parse(start) / QUARTER_MS) * QUARTER_MS; at <= last; at += QUARTER_MS) {
    const iso = new Date(at).toISOString();
    const text = clock24(iso, zone);
    if (text.endsWith(":00") && Number(text.slice(0, 2)) % every === 0) {
      ticks.push({ iso, text, isMidnight: text === "00:00" });
    }
  }
  return ticks;
}

/** Every how many hours labels may stand, so that none touch. */
export function tickEvery(start: string, end: string, width: number, labelWidth: number): number {
  const hours = (Date.parse(end) - Date.parse(start)) / 3_600_000;
  return [1, 2, 3, 4, 6, 12].find(every => (hours / every) * labelWidth <= width) ?? 24;
}

/** The parts of the axis that lie in no window. */
export function outside(start: string, end: string, windows: readonly OpenWindow[]): OpenWindow[] {
  const gaps: OpenWindow[] = [];
  let at = Date.parse(start);
  const sorted = [...windows].sort((one, other) => Date.parse(one.start) - Date.parse(other.start));
  const push = (from: number, to: number) => {
    if (to > from) gaps.push({ start: new Date(from).toISOString(), end: new Date(to).toISOString() });
  };
  for (const window of sorted) {
    push(at, Math.min(Date.parse(window.start), Date.parse(end)));
    at = Math.max(at, Date.parse(window.end));
  }
  push(at, Date.parse(end));
  return gaps;
}
