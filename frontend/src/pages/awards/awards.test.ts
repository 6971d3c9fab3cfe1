import { describe, expect, it } from "vitest";
import { moveSince, moveWords, winnerPath, type Winner } from "./awards";

const ride = (ride_id: number, place: number) =>
  ({ ride_id, ride_name: "Mystic", ride_slug: "mystic", park_id: 1, place }) as unknown as Winner;
const park = (park_id: number, place: number) => ({ park_id, park_slug: "efteling", place }) as unknown as Winner;

describe("year against year", () => {
  it("tells up, down, same and new", () => {
    const before = [ride(1, 1), ride(2, 2), ride(3, 3)];
    expect(moveSince(ride(3, 1), before)).toEqual({ kind: "up", places: 2 });
    expect(moveSince(ride(1, 2), before)).toEqual({ kind: "down", places: 1 });
    expect(moveSince(ride(2, 2), before)).toEqual({ kind: "same" });
    expect(moveSince(ride(8, 2), before)).toEqual({ kind: "new" });
  });

  it("never takes a park for a ride of the same number", () => {
    expect(moveSince(park(1, 1), [ride(1, 1)])).toEqual({ kind: "new" });
  });

  it("says it in words", () => {
    expect(moveWords({ kind: "up", places: 1 }, 2025)).toBe("1 place up from 2025");
    expect(moveWords({ kind: "new" }, 2025)).toBe("not among the first in 2025");
  });

  it("leads to the right page", () => {
    expect(winnerPath(ride(7, 1))).toBe("/rides/7-mystic");
    expect(winnerPath(park(7, 1))).toBe("/parks/efteling");
  });
});
