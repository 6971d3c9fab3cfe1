import { describe, expect, it } from "vitest";
import { BANDS, bandOf } from "./bands";
import { duration, number } from "./format";
import { addDays, localTime, longDate, shortDate, zoneName } from "./time";

const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, " ");

describe("figures", () => {
  it("set thousands apart and carry a true minus", () => {
    expect(plain(number(1234567.891, 1))).toBe("1 234 567.9");
    expect(plain(number(-12, 0, "min"))).toBe("−12 min");
    expect(number(-0.04, 1)).toBe("0.0");
  });

  it("of durations read as hours and minutes", () => {
    expect([0, 40, 60, 754, 7500, 3_600_000].map(duration).map(plain)).toEqual([
      "0 min",
      "40 s",
      "1 min",
      "13 min",
      "2 h 05 min",
      "1 000 h 00 min",
    ]);
  });
});

describe("bands", () => {
  it("change at their borders, and null is in none", () => {
    const names = [0, 0.24, 0.25, 0.5, 0.99, 1, 2, 10].map(score => bandOf(score)?.level);
    expect(names).toEqual([1, 1, 2, 3, 3, 4, 5, 5]);
    expect(bandOf(null)).toBeNull();
  });

  it("each have a shape of their own", () => {
    expect(new Set(BANDS.map(band => band.sign)).size).toBe(BANDS.length);
  });
});

describe("times", () => {
  it("are the park's own, with its letters or its offset", () => {
    expect(localTime("2026-08-20T07:40:00Z", "Europe/Rome", "zoned")).toBe("09:40 CEST");
    expect(localTime("2026-01-20T07:40:00Z", "America/New_York", "zoned")).toBe("02:40 EST");
    expect(localTime("2026-08-20T07:40:00Z", "Europe/Rome", "day")).toBe("Thu 20 Aug, 09:40");
    expect(localTime("2026-08-20T22:40:00Z", "Europe/Rome", "full")).toBe("21 August 2026, 00:40 CEST");
    expect(zoneName("2026-08-20T07:40:00Z", "Europe/London")).toBe("BST");
    expect(zoneName("2026-01-20T07:40:00Z", "Europe/London")).toBe("GMT");
    expect(zoneName("2026-08-20T07:40:00Z", "Asia/Dubai")).toBe("UTC+04");
    expect(zoneName("2026-08-20T07:40:00Z", "Asia/Tokyo")).toBe("JST");
  });

  it("at midnight are 00, not 24", () => {
    expect(localTime("2026-08-20T22:00:00Z", "Europe/Rome")).toBe("00:00");
  });

  it("are said in words", () => {
    expect(shortDate("2026-09-02")).toBe("2 Sep 2026");
    expect(longDate("2026-08-20")).toBe("Thursday 20 August 2026");
    expect(addDays("2026-02-28", 1)).toBe("2026-03-01");
  });
});
