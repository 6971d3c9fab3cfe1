// @vitest-environment node
import { describe, expect, it } from "vitest";
import { byShow } from "../park/ScheduleSection";
import { priceWords, queueWords } from "./words";

describe("queues", () => {
  it("are called what visitors call them", () => {
    expect(queueWords("PAID_RETURN_TIME")).toBe("Paid return time");
    expect(queueWords("teleport_line")).toBe("teleport line");
  });

  it("cost what the minor units of their currency make", () => {
    expect(priceWords(1500, "USD")).toBe("$15.00");
    expect(priceWords(1500, "JPY")).toBe("¥1,500");
  });
});

describe("shows", () => {
  it("stand once with all their times in order", () => {
    const time = (ride_id: number, starts_at: string) => ({ ride_id, ride_name: `Show ${ride_id}`, ride_slug: "", starts_at });
    const shows = byShow([time(2, "B"), time(1, "C"), time(1, "A"), time(1, "A")]);
    expect(shows.map((show) => [show.ride_name, show.times])).toEqual([["Show 1", ["A", "C"]], ["Show 2", ["B"]]]);
  });
});
