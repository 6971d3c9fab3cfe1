/** Marks that would lie on each other are shown as one. */

import type { Point } from "./projection";

export interface Placed extends Point {
  id: number;
  score: number | null;
}

export interface Cluster<T extends Placed> extends Point {
  /** Its members, the most shameful first, those without a score last. */
  members: T[];
}

/** The most shameful first, the unknown last, then by id, so that the order never depends on the input's. */
export function byShame(one: Placed, other: Placed): number {
  if (one.score !== other.score) {
    if (one.score === null) return 1;
    if (other.score === null) return -1;
    return other.score - one.score;
  }
  return one.id - other.id;
}

/**
 * Joins what lies nearer than `distance` to a cluster's middle, the most shameful places first. Clusters that have grown
 * together are joined again until all keep their distance.
 */
export function cluster<T extends Placed>(places: readonly T[], distance: number): Cluster<T>[] {
  let groups: Cluster<T>[] = [...places].sort(byShame).map((place) => ({ x: place.x, y: place.y, members: [place] }));
  for (;;) {
    const joined: Cluster<T>[] = [];
    for (const group of groups) {
      const near = joined.find((other) => Math.hypot(other.x - group.x, other.y - group.y) < distance);
      if (near === undefined) joined.push(group);
      else Object.assign(near, merge(near, group));
    }
    if (joined.length === groups.length) return joined;
    groups = joined;
  }
}

function merge<T extends Placed>(one: Cluster<T>, other: Cluster<T>): Cluster<T> {
  const members = [...one.members, ...other.members].sort(byShame);
  const mean = (pick: (place: T) => number) => members.reduce((sum, place) => sum + pick(place), 0) / members.length;
  return { members, x: mean((place) => place.x), y: mean((place) => place.y) };
}
