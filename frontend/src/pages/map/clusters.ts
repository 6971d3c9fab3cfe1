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

const LETTER_PIXELS = 7.2;
const LINE_PIXELS = 17;
const DISC_PIXELS = 17;

/**
 * The clusters whose names have room below their marks, between `left` and `right` and without covering a name or a mark. The most shameful
 * choose first.
 */
export function withNames<T extends Placed>(
  clusters: readonly Cluster<T>[],
  scale: number,
  nameOf: (cluster: Cluster<T>) => string,
  left = -Infinity,
  right = Infinity,
): Set<Cluster<T>> {
  const taken: { x: number; y: number; half: number }[] = [];
  const named = new Set<Cluster<T>>();
  for (const one of clusters) {
    const label = { x: one.x * scale, y: one.y * scale + DISC_PIXELS + 8, half: (nameOf(one).length * LETTER_PIXELS) / 2 };
    const hitsName = taken.some((other) => Math.abs(other.x - label.x) < other.half + label.half && Math.abs(other.y - label.y) < LINE_PIXELS);
    const hitsMark = clusters.some(
      (other) =>
        other !== one &&
        Math.abs(other.x * scale - label.x) < label.half + DISC_PIXELS &&
        Math.abs(other.y * scale - label.y) < DISC_PIXELS + LINE_PIXELS / 2,
    );
    const isCut = label.x - label.half < left * scale || label.x + label.half > right * scale;
    if (hitsName || hitsMark || isCut) continue;
    taken.push(label);
    named.add(one);
  }
  return named;
}
