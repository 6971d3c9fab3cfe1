import { describe, expect, it } from "vitest";
import type { ParkDay } from "./answers";
import { nearestWithData } from "./nearest";

const day = (date: string, coverage_percent: number | null) => ({ date, coverage_percent }) as ParkDay;

describe("the nearest day with data", () => {
  it("is the one least far away, before or after", () => {
    const days = [day("2026-08-20", null), day("2026-08-14", 100), day("2026-08-07", 60)];
    expect(nearestWithData(days, "2026-08-20")).toBe("2026-08-14");
    expect(nearestWithData(days, "2026-08-08")).toBe("2026-08-07");
  });

  it("is the later one of two as near", () => {
    expect(nearestWithData([day("2026-08-01", 90), day("2026-08-03", 90)], "2026-08-02")).toBe("2026-08-03");
  });

  it("is never the day itself, nor one without data", () => {
    expect(nearestWithData([day("2026-08-02", 90), day("2026-08-01", 0), day("2026-08-03", null)], "2026-08-02")).toBeNull();
  });
});
