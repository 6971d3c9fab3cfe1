import { describe, expect, it } from "vitest";
import { arrange, changesSince, readSort, type DownNow, type Reopened } from "./board";

const park = {
  park_id: 1,
  park_name: "Gardaland",
  park_slug: "gardaland",
  operator: "Merlin",
  country: "Italy",
  timezone: "Europe/Rome",
  queue_times_url: null,
  themeparks_wiki_url: null,
  source_url: null,
};

function down(ride_id: number, started_at: string, weight = 2): DownNow {
  return {
    ...park,
    ride_id,
    ride_name: `Ride ${ride_id}`,
    ride_slug: `ride-${ride_id}`,
    tier: null,
    tier_label: "unrated",
  type: "unknown",
  type_label: "type unknown",
    weight,
    started_at,
    kind: "breakdown",
    is_provisional: false,
    observed_at: "2026-08-20T12:00:00Z",
    down_seconds: 60,
    since_opening: false,
    chance_15_percent: null,
    chance_15_reason: "few_outages",
    chance_30_percent: null,
    chance_30_reason: "few_outages",
    chance_60_percent: null,
    chance_60_reason: "few_outages",
    comparable_outages: 0,
    reopened_within_15: 0,
    reopened_within_30: 0,
    reopened_within_60: 0,
    median_seconds: null,
  };
}

function reopened(ride_id: number): Reopened {
  const { ride_name, ride_slug } = down(ride_id, "");
  return {
    ...park,
    ride_id,
    ride_name,
    ride_slug,
    tier: null,
    tier_label: "unrated",
  type: "unknown",
  type_label: "type unknown",
    weight: 2,
    started_at: "2026-08-20T11:00:00Z",
    ended_at: "2026-08-20T11:50:00Z",
    downtime_seconds: 3000,
    kind: "breakdown",
  };
}

const rides = [down(1, "2026-08-20T11:00:00Z"), down(2, "2026-08-20T09:00:00Z", 3), down(3, "2026-08-20T11:30:00Z", 1)];

describe("the board", () => {
  it("orders as asked", () => {
    const ids = (sort: string) => arrange(rides, readSort(sort)).map((ride) => ride.ride_id);
    expect(ids("newest")).toEqual([3, 1, 2]);
    expect(ids("longest")).toEqual([2, 1, 3]);
    expect(ids("tier")).toEqual([2, 1, 3]);
    expect(ids("nonsense")).toEqual(ids("newest"));
  });

  it("says nothing where nothing changed", () => {
    const board = { down: rides, reopened: [reopened(9)] };
    expect(changesSince(board, { ...board })).toBe("");
  });

  it("says what fell and what runs again", () => {
    const before = { down: rides.slice(0, 2), reopened: [] };
    const after = { down: rides.slice(1), reopened: [reopened(1)] };
    expect(changesSince(before, after)).toBe("Down now: Ride 3 at Gardaland. Running again: Ride 1 at Gardaland.");
  });

  it("does not call a ride running that merely left the list", () => {
    expect(changesSince({ down: rides, reopened: [] }, { down: [], reopened: [] })).toBe("");
  });

  it("names three and counts the rest", () => {
    const many = Array.from({ length: 5 }, (_, i) => down(i, "2026-08-20T11:00:00Z"));
    expect(changesSince({ down: [], reopened: [] }, { down: many, reopened: [] })).toContain("and 2\u00a0others.");
  });
});
