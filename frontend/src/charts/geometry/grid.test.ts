// @vitest-environment node
import { describe, expect, it } from "vitest";
import { blocksOf, daysBetween, lastOfMonth, placeOfDay, weekdayOf, widestBlock } from "./grid";

describe("a calendar", () => {
  it("puts days in weeks that begin on Monday", () => {
    // 1 January 2026 is a Thursday, 5 January the Monday after.
    expect(weekdayOf("2026-01-01")).toBe(4);
    expect(placeOfDay("2026-01-01", 1)).toEqual({ block: 0, column: 0, row: 3 });
    expect(placeOfDay("2026-01-04", 1)).toEqual({ block: 0, column: 0, row: 6 });
    expect(placeOfDay("2026-01-05", 1)).toEqual({ block: 0, column: 1, row: 0 });
    // 31 December 2026 is the 365th day, a Thursday: (364 + 3) / 7 = 52 weeks on.
    expect(placeOfDay("2026-12-31", 1)).toEqual({ block: 0, column: 52, row: 3 });
  });

  it("starts each half anew", () => {
    // 1 July 2026 is a Wednesday.
    expect(placeOfDay("2026-06-30", 2)).toEqual({ block: 0, column: 26, row: 1 });
    expect(placeOfDay("2026-07-01", 2)).toEqual({ block: 1, column: 0, row: 2 });
    expect(widestBlock(2026, 2)).toBe(27);
    expect(widestBlock(2026, 1)).toBe(53);
  });

  it("begins with any month", () => {
    // October to December 2026: 1 October is a Thursday, 31 December too, 13 weeks on.
    expect(placeOfDay("2026-10-01", 1, 10)).toEqual({ block: 0, column: 0, row: 3 });
    expect(placeOfDay("2026-12-31", 1, 10)).toEqual({ block: 0, column: 13, row: 3 });
    expect(widestBlock(2026, 1, 10)).toBe(14);
    // November and December do not fill three blocks; August to December in two have three months and two.
    expect(blocksOf(3, 11)).toBe(2);
    expect(blocksOf(2, 8)).toBe(2);
    expect(placeOfDay("2026-11-01", 2, 8)).toEqual({ block: 1, column: 0, row: 6 });
  });

  it("knows leap days and the lengths of months", () => {
    expect(lastOfMonth(2024, 2)).toBe("2024-02-29");
    expect(lastOfMonth(2026, 12)).toBe("2026-12-31");
    expect(daysBetween("2024-02-28", "2024-03-01")).toBe(2);
    // A change of clocks makes no day longer or shorter here.
    expect(daysBetween("2026-03-28", "2026-03-30")).toBe(2);
  });
});
