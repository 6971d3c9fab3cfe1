import { describe, expect, it } from "vitest";
import { BANDS, bandOf, bandRange } from "./bands";
import { duration, number, signed } from "./format";
import { choose, neighbours, periodLabel, periodName } from "./periods";
import { addDays, dateIn, localTime, longDate, relative, shortDate, spanOf, zoneName } from "./time";
import { addressWith, parseQuery, pick } from "./urlState";

const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, " ");

describe("figures", () => {
  it("set thousands apart and carry a true minus", () => {
    expect(plain(number(1234567.891, 1))).toBe("1 234 567.9");
    expect(plain(number(-12, 0, "min"))).toBe("−12 min");
    expect(number(-0.04, 1)).toBe("0.0");
  });

  it("of changes show their sign", () => {
    expect([signed(2), signed(-2.345, 2), signed(0)]).toEqual(["+2.0", "−2.35", "±0.0"]);
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
    const names = [0, 0.24, 0.25, 0.5, 0.99, 1, 2, 10].map((score) => bandOf(score)?.level);
    expect(names).toEqual([1, 1, 2, 3, 3, 4, 5, 5]);
    expect(bandOf(null)).toBeNull();
  });

  it("each have a shape of their own", () => {
    expect(new Set(BANDS.map((band) => band.sign)).size).toBe(BANDS.length);
    expect(BANDS.map(bandRange)).toEqual(["0.00 to 0.24", "0.25 to 0.49", "0.50 to 0.99", "1.00 to 1.99", "2.00 and above"]);
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
    expect(spanOf("2026-08-14", "2026-08-20")).toBe("14 Aug 2026 to 20 Aug 2026");
    expect(dateIn("Asia/Tokyo", Date.parse("2026-08-20T16:00:00Z"))).toBe("2026-08-21");
    expect(addDays("2026-02-28", 1)).toBe("2026-03-01");
  });

  it("that are past or to come are told from now", () => {
    const now = Date.parse("2026-08-20T12:00:00Z");
    const told = ["12:00:20", "11:56:00", "09:55:00", "12:30:00"].map((clock) => relative(`2026-08-20T${clock}Z`, now));
    expect(told).toEqual(["just now", "4 min ago", "2 h 05 min ago", "in 30 min"]);
    expect(relative("2026-08-17T12:00:00Z", now)).toBe("3 days ago");
    expect(relative("2026-08-19T12:00:00Z", now)).toBe("1 day ago");
  });
});

describe("the address", () => {
  it("keeps the rest of the state when a part of it changes", () => {
    const state = parseQuery("?sort=uptime&country=Italy&period=7days&empty=");
    expect(state).toEqual({ sort: "uptime", country: "Italy", period: "7days" });
    expect(addressWith("/", state, choose({ start: "2026-08-01", end: "2026-08-02" }))).toBe(
      "/?country=Italy&end=2026-08-02&sort=uptime&start=2026-08-01",
    );
    expect(addressWith("/", state, choose({ name: "today" }))).toBe("/?country=Italy&sort=uptime");
    expect(pick(state, ["country", "region"])).toEqual({ country: "Italy" });
  });

  it("says which period is meant", () => {
    expect(periodName({})).toBe("today");
    expect(periodName({ year: "2025" })).toBe("year");
    expect(periodLabel({ start: "2026-08-01", end: "2026-08-01" })).toBe("2026-08-01");
    expect(periodLabel({ period: "7days" })).toBe("Last 7 days");
    expect(neighbours("today")).toEqual(["live", "yesterday"]);
    expect(neighbours("year")).toEqual([]);
  });
});
