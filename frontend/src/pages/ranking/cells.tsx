import type { ReactNode } from "react";
import { Link } from "wouter";
import { AtSource, Duration, Figure, LocalTime, NoData } from "../../components";
import type { ParkRow, RideRow } from "../../api/rows";
import { parkPath, ridePath } from "../../lib/paths";
import { unrankedWords } from "../../lib/wording";

/** A place in the ranking, or the sign for none. */
export function Rank({ rank }: { rank: number | null }) {
  return rank === null ? <NoData words="not ranked" /> : <>{rank}</>;
}

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

/** What the source of a row can tell, and how often it was looked at. */
export function HowWatched({ row }: { row: ParkRow | RideRow }) {
  return (
    <span className="sub">
      {row.tells === "breakdowns" ? "source tells breakdowns" : "source knows only open and closed: a lower bound"}
      {row.look_interval_seconds !== null && (
        <>
          ; a look every <Duration seconds={row.look_interval_seconds} />
        </>
      )}
    </span>
  );
}

/** A park with its operator and country, and why it has no rank. `query` keeps the period on its page. */
export function ParkName({ row, query, isLive = false, isWatched = false }: { row: ParkRow; query: string; isLive?: boolean; isWatched?: boolean }) {
  return (
    <>
      <Link href={parkPath(row) + query}>{row.park_name}</Link>
      <span className="sub">
        {[row.operator, row.country].filter(Boolean).join(" · ")}
        <AtSource row={row} name={row.park_name} />
      </span>
      {isWatched && row.rank !== null && <HowWatched row={row} />}
      <Reason row={row}>
        {isLive && row.unranked_reason === "no_data" && row.observed_at !== null && (
          <>
            {" "}
            (last seen <LocalTime iso={row.observed_at} zone={row.timezone} style="day" />)
          </>
        )}
      </Reason>
    </>
  );
}

/** A ride with its park and tier, and why it has no rank. */
export function RideName({ row, query, isWatched = false }: { row: RideRow; query: string; isWatched?: boolean }) {
  return (
    <>
      <Link href={ridePath(row) + query}>{row.ride_name}</Link>
      <span className="sub">
        <Link href={parkPath(row) + query}>{row.park_name}</Link> · {row.type_label} · {row.tier_label}
        <AtSource row={row} name={row.ride_name} />
      </span>
      {isWatched && row.rank !== null && <HowWatched row={row} />}
      <Reason row={row} />
    </>
  );
}

/** A wait; where time was watched and nothing posted, it says so. */
export function Wait({ minutes, isWatched, digits = 0 }: { minutes: number | null; isWatched: boolean; digits?: number }) {
  if (minutes === null && isWatched) return <span className="no-data">none posted</span>;
  return <Figure value={minutes} digits={digits} unit="min" />;
}
