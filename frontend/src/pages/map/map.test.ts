import { describe, expect, it } from "vitest";
import { byShame, cluster, withNames, type Placed } from "./clusters";
import land from "./land.json";
import { fit, held, project, readView, roundDistance, unproject, WIDTH, world, writeView } from "./projection";

const place = (id: number, x: number, y: number, score: number | null = 1): Placed => ({ id, x, y, score });

describe("projection", () => {
  it("agrees with the land about the map's width", () => {
    expect(land.width).toBe(WIDTH);
    expect(project(0, land.west).x).toBe(0);
  });

  it("goes there and back", () => {
    const paris = unproject(project(48.87, 2.78));
    expect(paris.latitude).toBeCloseTo(48.87, 6);
    expect(paris.longitude).toBeCloseTo(2.78, 6);
  });

  it("keeps the far east in one piece across the date line", () => {
    expect(project(65, -175).x).toBeGreaterThan(project(65, 175).x);
  });

  it("reads the view it wrote and refuses nonsense", () => {
    const view = { ...project(28.4, -81.5), width: 40 };
    const read = readView(writeView(view));
    expect(read?.x).toBeCloseTo(view.x, 0);
    expect(read?.width).toBe(40);
    for (const text of [undefined, "", "1,2", "a,b,c", "95,0,10", "0,0,0", "0,0,-3"]) expect(readView(text)).toBeNull();
  });

  it("fits all points with a margin and shows the world where there are none", () => {
    const view = fit([{ x: 100, y: 100 }, { x: 900, y: 300 }], 2);
    expect(view.width).toBeGreaterThan(800);
    expect(view.x).toBe(500);
    expect(fit([], 2)).toEqual(world());
  });

  it("measures distances at the latitude in view", () => {
    expect(roundDistance(project(0, 0), 10)).toEqual({ km: 100, length: expect.closeTo(8.98, 2) as number });
    expect(roundDistance(project(60, 0), 10).km).toBe(50);
  });

  it("never leaves the land", () => {
    const view = held({ x: -500, y: 9000, width: 99999 }, 2);
    expect(view.width).toBe(WIDTH);
    expect(view.x).toBe(WIDTH / 2);
  });
});

describe("clusters", () => {
  it("joins what overlaps and leaves the rest", () => {
    const found = cluster([place(1, 0, 0), place(2, 3, 0), place(3, 100, 0)], 10);
    expect(found.map((group) => group.members.map((member) => member.id))).toEqual([[1, 2], [3]]);
  });

  it("puts the most shameful member first and the unknown last", () => {
    const [group] = cluster([place(1, 0, 0, null), place(2, 1, 0, 0.2), place(3, 2, 0, 3)], 10);
    expect(group?.members.map((member) => member.id)).toEqual([3, 2, 1]);
  });

  it("is the same whatever the order of the places", () => {
    const places = [place(4, 0, 0, 2), place(2, 8, 0, 1), place(9, 15, 0, 0), place(5, 60, 0, null)];
    expect(cluster([...places].reverse(), 10)).toEqual(cluster(places, 10));
    expect([...places].sort(byShame).map((p) => p.id)).toEqual([4, 2, 9, 5]);
  });

  it("keeps every pair of clusters apart", () => {
    const places = Array.from({ length: 80 }, (_, i) => place(i, (i * 37) % 200, (i * 91) % 120, i % 7));
    const found = cluster(places, 25);
    expect(found.flatMap((group) => group.members)).toHaveLength(80);
    for (const one of found)
      for (const other of found)
        if (one !== other) expect(Math.hypot(one.x - other.x, one.y - other.y)).toBeGreaterThanOrEqual(25);
  });

  it("names what has room, the most shameful first", () => {
    const groups = cluster([place(1, 0, 0, 1), place(2, 30, 2, 5), place(3, 400, 0, 0)], 10);
    const named = withNames(groups, 1, () => "A rather long name");
    expect([...named].map((group) => group.members[0]?.id).sort()).toEqual([2, 3]);
    expect(withNames(groups, 1, () => "A rather long name", -20, 20).size).toBe(0);
  });
});
