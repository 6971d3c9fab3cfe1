import { expect, it } from "vitest";
import { BOTTOM, roundDistance, TOP, viewText, WIDTH } from "./geography";

it("writes a view as the server reads it", () => {
  // The middle of the world, and Florida: x and y as test_map.py has them.
  expect(viewText(WIDTH / 2, 0, WIDTH)).toBe("0,11,360");
  expect(viewText(875, -291.749, 40)).toBe("28.4,-81.5,4");
});

it("keeps the far east in one piece across the date line", () => {
  expect(viewText(3550, 0, 40)).toBe("0,-174,4");
});

it("measures distances at the latitude in view", () => {
  expect(roundDistance(0, 10)).toEqual({ km: 100, length: expect.closeTo(8.98, 2) as number });
  expect(roundDistance(TOP, 10).km).toBe(20);
  expect(TOP).toBeLessThan(BOTTOM);
});
