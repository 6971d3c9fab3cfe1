import type { ReactNode } from "react";
import { Figure } from "../../components";
import type { ParkRow, RideRow } from "../../api/rows";
import { unrankedWords } from "../../lib/wording";

/** Why a row has no rank, if it has none. */
export function Reason({ row, children }: { row: { unranked_reason: string | null }; children?: ReactNode }) {
  if (row.unranked_reason === null) return null;
  return (
    <span className="reason">
      {unrankedWords(row.unranked_reason)}
      {children}
    </span>
  );
}

type Bounded = Pick<ParkRow | RideRow, "tells" | "downtime_seconds">;

/** Whether downtime is a lower bound: its source knows only open and closed. Of this moment nothing is. */
export const isLowerBound = (row: Bounded): boolean => row.tells === "open_closed" && row.downtime_seconds !== null;

/** Before a figure of a source that tells too little of downtime, and so too much of uptime. */
export function Bound({ row, isMost = false }: { row: Bounded; isMost?: boolean }) {
  if (!isLowerBound(row)) return null;
  const words = isMost ? "at most" : "at least";
  return (
    <span className="bound" title={`${words}: its source knows only open and closed`}>
      <span aria-hidden="true">{isMost ? "≤" : "≥"}</span>
      <span className="visually-hidden">{words} </span>
    </span>
  );
}

/** A wait; where time was watched and nothing posted, it says so. */
export function Wait({ minutes, isWatched, digits = 0 }: { minutes: number | null; isWatched: boolean; digits?: number }) {
  if (minutes === null && isWatched) return <span className="no-data">none posted</span>;
  return <Figure value={minutes} digits={digits} unit="min" />;
}
