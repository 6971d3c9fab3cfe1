// @vitest-environment node
import { describe, expect, it } from "vitest";
import type { Segment, TimelineRide } from "../types";
import { busyPart } from "./busyPart";

const [START, END] = ["2026-08-20T00:00:00Z", "2026-08-21T00:00:00Z"];
const ride = (...segments: Segment[]): TimelineRide => ({ ride_id: 1, ride_name: "", ride_slug: "", segments });
const segment = (start: string, end: string, status: Segment["status"]): Segment => ({
  start: `2026-08-20T${start}:00Z`,
  end: `2026-08-20T${end}:00Z`,
  status,
  counts_as_down: status === "down",
  in_window: false,
  wait_minutes: null,
});

describe("the part of a day worth drawing", () => {
  it("goes an hour beyond what was open or running", () => {
    const windows = [{ start: "2026-08-20T09:30:00Z", end: "2026-08-20T18:00:00Z" }];
    const rides = [ride(segment("00:00", "08:45", "closed"), segment("08:45", "18:20", "operating"))];
    expect(busyPart(START, END, windows, rides)).toEqual(["2026-08-20T07:00:00.000Z", "2026-08-20T20:00:00.000Z"]);
  });

  it("does not stretch over a night in which a ride is called down", () => {
    const windows = [{ start: "2026-08-20T09:00:00Z", end: "2026-08-20T18:00:00Z" }];
    const rides = [ride(segment("00:00", "23:00", "down"))];
    expect(busyPart(START, END, windows, rides)).toEqual(["2026-08-20T08:00:00.000Z", "2026-08-20T19:00:00.000Z"]);
  });

  it("is the whole day where nothing was", () => {
    expect(busyPart(START, END, [], [ride(segment("00:00", "12:00", "closed"))])).toEqual([START, END]);
  });
});
