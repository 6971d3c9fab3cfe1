/** The live board: the rows of `/api/outages/now`, and what changed between two looks at it. */

import type { Schemas } from "../../api/rows";
import { counted } from "../../lib/format";

export type DownNow = Schemas["DownNow"];
export type Reopened = Schemas["Reopened"];
export type Board = Schemas["OutageBoard"];

export const BOARD_SORTS = [
  { name: "newest", label: "Newest first" },
  { name: "longest", label: "Longest first" },
  { name: "tier", label: "Flagships first" },
  { name: "park", label: "By park" },
] as const;

export type BoardSort = (typeof BOARD_SORTS)[number]["name"];

/** The order an address asks for; unknown words mean the first. */
export function readSort(text: string | undefined): BoardSort {
  return BOARD_SORTS.find((sort) => sort.name === text)?.name ?? "newest";
}

/** The rides that are down in the order asked for; equals by ride id, so that a refresh never shuffles them. */
export function arrange(down: readonly DownNow[], sort: BoardSort): DownNow[] {
  const newest = (one: DownNow, other: DownNow) =>
    other.started_at.localeCompare(one.started_at) || one.ride_id - other.ride_id;
  const orders: Record<BoardSort, (one: DownNow, other: DownNow) => number> = {
    newest,
    longest: (one, other) => one.started_at.localeCompare(other.started_at) || one.ride_id - other.ride_id,
    tier: (one, other) => other.weight - one.weight || newest(one, other),
    park: (one, other) => one.park_name.localeCompare(other.park_name) || newest(one, other),
  };
  return [...down].sort(orders[sort]);
}

const SPOKEN = 3;

/** What changed between two looks, in a sentence to be read out; "" where nothing did. */
export function changesSince(before: Board, after: Board): string {
  const known = new Set(before.down.map((ride) => ride.ride_id));
  const still = new Set(after.down.map((ride) => ride.ride_id));
  const fallen = after.down.filter((ride) => !known.has(ride.ride_id));
  const risen = after.reopened.filter((ride) => known.has(ride.ride_id) && !still.has(ride.ride_id));
  return [sentence("Down now", fallen), sentence("Running again", risen)].filter(Boolean).join(" ");
}

function sentence(what: string, rides: readonly (DownNow | Reopened)[]): string {
  if (rides.length === 0) return "";
  const named = rides.slice(0, SPOKEN).map((ride) => `${ride.ride_name} at ${ride.park_name}`);
  const rest = rides.length - named.length;
  return `${what}: ${named.join(", ")}${rest > 0 ? ` and ${counted(rest, "other")}` : ""}.`;
}
