/** The yearly awards: their rows, and how two years' winners stand to each other. */

import type { Schemas } from "../../api/rows";

export type ParkWinner = Schemas["ParkWinner"];
export type RideWinner = Schemas["RideWinner"];
export type Winner = ParkWinner | RideWinner;
export type Category = Schemas["AwardCategory"];
export type Awards = Schemas["Awards"];

/** Whether the winner is a ride. */
export function isRide(winner: Winner): winner is RideWinner {
  return "ride_id" in winner;
}

/** One key for the same park or ride in every year. */
export function winnerKey(winner: Winner): string {
  return isRide(winner) ? `ride-${winner.ride_id}` : `park-${winner.park_id}`;
}

/** Its name, and the park of a ride. */
export function winnerName(winner: Winner): string {
  return isRide(winner) ? winner.ride_name : winner.park_name;
}

/** Its page. */
export function winnerPath(winner: Winner): string {
  return isRide(winner) ? `/rides/${winner.ride_id}-${winner.ride_slug}` : `/parks/${winner.park_slug}`;
}

/** What became of a winner against the other year: places up or down, the same, or new. */
export type Move = { kind: "new" } | { kind: "same" } | { kind: "up" | "down"; places: number };

/** How a winner's place differs from the one it had in the other year's list. */
export function moveSince(winner: Winner, before: readonly Winner[]): Move {
  const old = before.find((other) => winnerKey(other) === winnerKey(winner));
  if (old === undefined) return { kind: "new" };
  if (old.place === winner.place) return { kind: "same" };
  const places = Math.abs(old.place - winner.place);
  return { kind: winner.place < old.place ? "up" : "down", places };
}

/** The move in words. */
export function moveWords(move: Move, against: number): string {
  if (move.kind === "new") return `not among the first in ${against}`;
  if (move.kind === "same") return `same place as in ${against}`;
  return `${move.places} ${move.places === 1 ? "place" : "places"} ${move.kind} from ${against}`;
}
