/** Where the bars and lines of a series go: pure geometry. */
import { scaleLinear } from "d3-scale";
import { UPTIME_FLOORS } from "../../api/words";
import type { Measure } from "../measures";
import type { ChartPoint } from "../types";

/** The drawing area, in pixels. */
export interface Area {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** How a place is drawn. `zero` is a value of exactly 0: seen, and nothing lost. */
export type SlotKind = "value" | "zero" | "nothing" | "not_watched" | "closed" | "no_data_yet";

export interface Slot<P> {
  point: P;
  kind: SlotKind;
  value: number | null;
  /** The place on the axis. */
  x: number;
  width: number;
  /** The bar; for places without a value the whole height. */
  y: number;
  height: number;
}

/** Bars thinner than this become a line. */
export const THINNEST_BAR = 3;
const LOWEST_BAR = 3;

/** The lowest top that holds all values; the last one where none does. */
export function topOf(values: readonly (number | null)[], tops: readonly number[]): number {
  const highest = Math.max(0, ...values.map(value => value ?? 0));
  return tops.find(top => highest <= top) ?? Math.max(tops.at(-1) ?? 1, highest);
}

/** The range of the axis: from 0, but uptime from just below the lowest value, since 0 is far away. */
export function domainOf(measure: Measure, values: readonly (number | null)[]): [number, number] {
  if (!measure.isHighGood) return [0, topOf(values, measure.tops)];
  const known = values.filter(value => value !== null);
  const lowest = known.length === 0 ? 0 : Math.min(...known);
  const start = UPTIME_FLOORS.find(floor => lowest > floor) ?? 0;
  return [start, 100];
}

/** From the place before the first one that is neither closed nor to come to the place after the last. */
export function trimmed<P extends ChartPoint>(points: readonly P[]): readonly P[] {
  const isBusy = (point: P) => point.state !== "closed" && point.state !== "no_data_yet";
  const first = points.findIndex(isBusy);
  if (first < 0) return points;
  const last = points.findLastIndex(isBusy);
  return points.slice(Math.max(first - 1, 0), last + 2);
}

/** One place per point, equally wide, each with the bar that stands in it. */
export function slotsOf<P extends ChartPoint>(points: readonly P[], measure: Measure, area: Area): Slot<P>[] {
  const values = points.map(point => measure.value(point));
  const scale = scaleLinear().domain(domainOf(measure, values)).range([area.bottom, area.top]).clamp(true);
  const width = (area.right - area.left) / Math.max(points.length, 1);
  return points.map((point, at) => {
    const value = values[at] ?? null;
    const y = value === null ? area.top : Math.min(scale(value), area.bottom - LOWEST_BAR);
    return {
      point,
      kind: kindOf(point, value),
      value,
      x: area.left + width * at,
      width,
      y,
      height: area.bottom - y,
    };
  });
}

function kindOf(point: ChartPoint, value: number | null): SlotKind {
  if (value !== null) return value === 0 ? "zero" : "value";
  return point.state === "open" ? "nothing" : point.state;
}

/** Runs of neighbouring places that have a value: a gap in the data is a gap in the line. */
export function runsOf<P>(slots: readonly Slot<P>[]): Slot<P>[][] {
  const runs: Slot<P>[][] = [];
  let isInside = false;
  for (const slot of slots) {
    if (slot.value === null) {
      isInside = false;
      continue;
    }
    if (!isInside) runs.push([]);
    runs.at(-1)?.push(slot);
    isInside = true;
  }
  return runs;
}

export interface Tick {
  at: number;
  text: string;
}

/** Round numbers up the axis, with their height. */
export function ticksOf(domain: [number, number], area: Area, count = 4): Tick[] {
  const scale = scaleLinear().domain(domain).range([area.bottom, area.top]);
  return scale.ticks(count).map(value => ({ at: scale(value), text: String(value) }));
}

/** How many places apart labels of a width stand, so that none touch. */
export function labelStep(places: number, width: number, labelWidth: number): number {
  return Math.max(1, Math.ceil((places * labelWidth) / Math.max(width, 1)));
}
