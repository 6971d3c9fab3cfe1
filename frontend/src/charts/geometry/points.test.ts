// @vitest-environment node
import { describe, expect, it } from "vitest";
import { MEASURES, stepOf } from "../measures";
import type { ChartPoint, PointState } from "../types";
import { domainOf, labelStep, runsOf, slotsOf, ticksOf, topOf, trimmed } from "./points";

const AREA = { left: 40, right: 240, top: 20, bottom: 120 };
const score = (value: number | null, state: PointState = value === null ? "not_watched" : "open"): ChartPoint => ({
  state,
  shame_score: value,
});

describe("bars", () => {
  it("stand in equal places and are as high as their share of the top", () => {
    const slots = slotsOf([score(1), score(0.5), score(null), score(0)], MEASURES.score, AREA);
    // 200 px for 4 places; the top is 1, so that 0.5 is half of 100 px.
    expect(slots.map(slot => [slot.x, slot.width])).toEqual([
      [40, 50],
      [90, 50],
      [140, 50],
      [190, 50],
    ]);
    expect(slots.map(slot => [slot.y, slot.height])).toEqual([
      [20, 100],
      [70, 50],
      [20, 100],
      [117, 3],
    ]);
  });

  it("tell a zero from no data, closed, to come, and nothing to judge", () => {
    const points = [score(0), score(null), score(null, "closed"), score(null, "no_data_yet"), score(null, "open")];
    expect(slotsOf(points, MEASURES.score, AREA).map(slot => slot.kind)).toEqual([
      "zero",
      "not_watched",
      "closed",
      "no_data_yet",
      "nothing",
    ]);
  });

  it("never stand higher than the chart", () => {
    const [slot] = slotsOf([score(2)], { ...MEASURES.score, tops: [1] }, AREA);
    expect(slot?.y).toBe(20);
  });
});

describe("the axis", () => {
  it("ends at the lowest round top that holds every value", () => {
    expect(topOf([0.1, null, 0.51], MEASURES.score.tops)).toBe(1);
    expect(topOf([0.5], MEASURES.score.tops)).toBe(0.5);
    expect(topOf([null], MEASURES.score.tops)).toBe(0.5);
    expect(topOf([12_345], MEASURES.downtime.tops)).toBe(12_345);
  });

  it("of uptime starts just below the lowest value, since what matters is near 100", () => {
    expect(domainOf(MEASURES.uptime, [99, 96])).toEqual([90, 100]);
    expect(domainOf(MEASURES.uptime, [90, 96])).toEqual([75, 100]);
    expect(domainOf(MEASURES.uptime, [12])).toEqual([0, 100]);
    expect(domainOf(MEASURES.wait, [12])).toEqual([0, 20]);
  });

  it("has its ticks where their values lie", () => {
    expect(ticksOf([0, 2], AREA, 4)).toEqual([
      { at: 120, text: "0" },
      { at: 95, text: "0.5" },
      { at: 70, text: "1" },
      { at: 45, text: "1.5" },
      { at: 20, text: "2" },
    ]);
  });

  it("labels as many places as fit", () => {
    expect(labelStep(24, 480, 20)).toBe(1);
    expect(labelStep(24, 300, 26)).toBe(3);
    expect(labelStep(0, 300, 26)).toBe(1);
  });
});

describe("a line", () => {
  it("breaks where data is missing", () => {
    const slots = slotsOf([score(1), score(1), score(null), score(1), score(null)], MEASURES.score, AREA);
    expect(runsOf(slots).map(run => run.map(slot => slot.x))).toEqual([[40, 80], [160]]);
  });
});

describe("trimming", () => {
  it("leaves one closed place at either end of the open ones, and keeps gaps inside", () => {
    const states: PointState[] = [
      "closed",
      "closed",
      "open",
      "not_watched",
      "closed",
      "open",
      "closed",
      "no_data_yet",
      "no_data_yet",
    ];
    const points = states.map((state, hour) => ({ state, hour: String(hour) }));
    expect(trimmed(points).map(point => point.hour)).toEqual(["1", "2", "3", "4", "5", "6"]);
  });

  it("leaves a day without any open place as it is", () => {
    const points = [score(null, "closed"), score(null, "no_data_yet")];
    expect(trimmed(points)).toHaveLength(2);
  });
});

describe("steps", () => {
  it("follow the borders of the bands for scores", () => {
    expect([0, 0.24, 0.25, 0.5, 1, 2, 10].map(value => stepOf(MEASURES.score, value))).toEqual([1, 1, 2, 3, 4, 5, 5]);
  });
});
