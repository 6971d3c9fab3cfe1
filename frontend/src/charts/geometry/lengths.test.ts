// @vitest-environment node
import { describe, expect, it } from "vitest";
import { byLength, kindWords } from "./lengths";

describe("outages by length", () => {
  it("fall in the bin that begins at their length", () => {
    const outages = [
      { kind: "breakdown", downtime_seconds: 599 },
      { kind: "breakdown", downtime_seconds: 600 },
      { kind: "park_wide", downtime_seconds: 600 },
      { kind: "never_reopened", downtime_seconds: 40_000 },
    ];
    const bins = byLength(outages);
    expect(bins.map((bin) => bin.total)).toEqual([1, 2, 0, 0, 0, 0, 1]);
    expect(bins[1]?.counts).toEqual({ breakdown: 1, opening_delay: 0, never_reopened: 0, park_wide: 1 });
  });

  it("of an unknown kind are named by it", () => {
    expect(kindWords("park_wide")).toBe("Park-wide stop");
    expect(kindWords("alien_landing")).toBe("alien landing");
  });
});
