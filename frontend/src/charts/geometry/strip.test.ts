// @vitest-environment node
import { describe, expect, it } from "vitest";
import { lookOf } from "../looks";
import { type Stop, stopAt } from "../Plot";
import { stepInRows } from "../TimelineStrip";
import type { Segment } from "../types";
import { hourTicks, outside, stretchesOf, tickEvery, timeScale } from "./strip";

const segment = (start: string, end: string, more: Partial<Segment> = {}): Segment => ({
  start: `2026-08-20T${start}:00Z`,
  end: `2026-08-20T${end}:00Z`,
  status: "operating",
  counts_as_down: false,
  in_window: true,
  wait_minutes: null,
  ...more,
});
const stop = (x: number, width: number, y = 0): Stop => ({ x, width, y, height: 10, title: "", lines: [] });

describe("stretches", () => {
  const place = timeScale("2026-08-20T08:00:00Z", "2026-08-20T18:00:00Z", 0, 1000);

  it("lie where their times are, cut at the ends of the axis", () => {
    const found = stretchesOf([segment("07:00", "09:00"), segment("09:00", "09:30"), segment("17:00", "20:00")], place);
    expect(found.map(({ x, width }) => [x, width])).toEqual([
      [0, 100],
      [100, 50],
      [900, 100],
    ]);
  });

  it("outside the axis are left out", () => {
    expect(stretchesOf([segment("05:00", "07:30")], place)).toEqual([]);
  });

  it("that count as down though called closed look like neither", () => {
    expect(lookOf(segment("09:00", "10:00", { status: "closed", counts_as_down: true }))).toBe("counted");
    expect(lookOf(segment("09:00", "10:00", { status: "closed" }))).toBe("closed");
    expect(lookOf(segment("09:00", "10:00", { status: "down", counts_as_down: true }))).toBe("down");
  });
});

describe("hours", () => {
  it("are those of the park's clock", () => {
    const ticks = hourTicks("2026-08-20T07:00:00Z", "2026-08-20T10:00:00Z", "Europe/Amsterdam", 1);
    expect(ticks.map(tick => tick.text)).toEqual(["09:00", "10:00", "11:00", "12:00"]);
  });

  it("are right in zones half an hour off", () => {
    const ticks = hourTicks("2026-08-20T04:00:00Z", "2026-08-20T06:00:00Z", "Asia/Kolkata", 1);
    expect(ticks.map(tick => [tick.iso, tick.text])).toEqual([
      ["2026-08-20T04:30:00.000Z", "10:00"],
      ["2026-08-20T05:30:00.000Z", "11:00"],
    ]);
  });

  it("leave out the hour that a change of clocks leaves out", () => {
    const ticks = hourTicks("2026-03-29T00:00:00Z", "2026-03-29T02:00:00Z", "Europe/Paris", 1);
    expect(ticks.map(tick => tick.text)).toEqual(["01:00", "03:00", "04:00"]);
  });

  it("are labelled as far apart as they need", () => {
    expect(tickEvery("2026-08-20T00:00:00Z", "2026-08-21T00:00:00Z", 1000, 40)).toBe(1);
    expect(tickEvery("2026-08-20T00:00:00Z", "2026-08-21T00:00:00Z", 220, 40)).toBe(6);
  });
});

describe("time outside the open windows", () => {
  it("lies before, between and after them", () => {
    const windows = [
      { start: "2026-08-20T09:00:00Z", end: "2026-08-20T12:00:00Z" },
      { start: "2026-08-20T14:00:00Z", end: "2026-08-20T23:00:00Z" },
    ];
    const gaps = outside("2026-08-20T08:00:00Z", "2026-08-20T22:00:00Z", windows);
    expect(gaps.map(gap => [gap.start.slice(11, 16), gap.end.slice(11, 16)])).toEqual([
      ["08:00", "09:00"],
      ["12:00", "14:00"],
    ]);
  });

  it("is everything where there is none", () => {
    expect(outside("2026-08-20T08:00:00Z", "2026-08-20T22:00:00Z", [])).toHaveLength(1);
  });
});

describe("reading", () => {
  const stops = [stop(0, 50), stop(50, 50), stop(0, 20, 10), stop(20, 80, 10)];
  const rows = [0, 0, 1, 1];

  it("goes along a row and stops at its ends", () => {
    expect(stepInRows(0, "ArrowRight", stops, rows)).toBe(1);
    expect(stepInRows(1, "ArrowRight", stops, rows)).toBe(1);
    expect(stepInRows(2, "ArrowLeft", stops, rows)).toBe(2);
  });

  it("goes up and down to what was at the same time", () => {
    expect(stepInRows(1, "ArrowDown", stops, rows)).toBe(3);
    expect(stepInRows(3, "ArrowUp", stops, rows)).toBe(0);
    expect(stepInRows(0, "ArrowUp", stops, rows)).toBe(0);
  });

  it("finds what is under the pointer, or nearest to it", () => {
    expect(stopAt(stops, 60, 5)).toBe(1);
    expect(stopAt(stops, 10, 15)).toBe(2);
    expect(stopAt([stop(0, 10), stop(50, 10)], 40, 5)).toBe(1);
    expect(stopAt([], 40, 5)).toBeNull();
  });
});
