/** What a chart can show: how each figure is read, named, written and scaled. */
import { AXIS_TOPS, HEAT_STEPS, MEASURE_WORDS, STATE_WORDS } from "../api/words";
import { bandOf } from "../lib/bands";
import { number } from "../lib/format";
import type { Figures } from "./types";

export type MeasureKey = keyof typeof MEASURE_WORDS;

export interface Measure {
  key: MeasureKey;
  /** On the axis and in tables. */
  label: string;
  /** On the switch between measures. */
  short: string;
  value: (figures: Figures) => number | null;
  /** The value with its unit. */
  words: (value: number) => string;
  /** Tops of the axis to choose from, so that charts of alike parks look alike. */
  tops: readonly number[];
  /** Borders of the five steps of a heat map, from the second step up. */
  steps: readonly [number, number, number, number];
  /** True where a high figure is good news. */
  isHighGood: boolean;
}

const orNull = (value: number | null | undefined): number | null => value ?? null;

export const MEASURES: Record<MeasureKey, Measure> = {
  score: {
    key: "score",
    ...MEASURE_WORDS.score,
    value: figures => orNull(figures.shame_score),
    words: value => `score ${number(value, 2)}, ${bandOf(value)?.name ?? ""}`,
    tops: AXIS_TOPS.score,
    steps: HEAT_STEPS.score,
    isHighGood: false,
  },
  downtime: {
    key: "downtime",
    ...MEASURE_WORDS.downtime,
    value: figures => orNull(figures.downtime_hours),
    words: value => `${number(value, 2)} ride-hours lost`,
    tops: AXIS_TOPS.downtime,
    steps: HEAT_STEPS.downtime,
    isHighGood: false,
  },
  uptime: {
    key: "uptime",
    ...MEASURE_WORDS.uptime,
    value: figures => orNull(figures.uptime_percent),
    words: value => `uptime ${number(value, 1, "%")}`,
    tops: AXIS_TOPS.uptime,
    steps: HEAT_STEPS.uptime,
    isHighGood: true,
  },
  wait: {
    key: "wait",
    ...MEASURE_WORDS.wait,
    value: figures => orNull(figures.average_wait_minutes),
    words: value => `average wait ${number(value, 0, "min")}`,
    tops: AXIS_TOPS.wait,
    steps: HEAT_STEPS.wait,
    isHighGood: false,
  },
  rides_down: {
    key: "rides_down",
    ...MEASURE_WORDS.rides_down,
    value: figures => orNull(figures.rides_down),
    words: value => `${number(value)} ${value === 1 ? "ride" : "rides"} lost time`,
    tops: AXIS_TOPS.rides_down,
    steps: HEAT_STEPS.rides_down,
    isHighGood: false,
  },
};

/** The step of a value, 1 (lowest) to 5, by the measure's borders. */
export function stepOf(measure: Measure, value: number): 1 | 2 | 3 | 4 | 5 {
  return (1 + measure.steps.filter(border => value >= border).length) as 1 | 2 | 3 | 4 | 5;
}

/** What each step means in words, lowest first. */
export function stepWords(measure: Measure): string[] {
  const [first, ...rest] = measure.steps;
  const between = rest.map((border, at) => `${measure.steps[at]} to ${border}`);
  return [`under ${first}`, ...between, `${measure.steps[3]} and more`];
}

export { STATE_WORDS };
