import { Duration, Figure, Percent, ScoreBadge, Sparkline, TrendMark, type Column } from "../../components";
import type { ParkRow, RideRow } from "../../api/rows";
import { LiveStatus } from "./LiveStatus";
import { Bound, ParkName, Rank, RideName, Wait } from "./cells";

/** Daily values of the last 30 days by id. */
export type Sparks = ReadonlyMap<number, readonly (number | null)[]>;

/** The values by id; none where they could not be had, undefined while they are awaited. */
export const sparksOf = (values: [number, readonly (number | null)[]][] | undefined, error: Error | null): Sparks | undefined =>
  values === undefined && error === null ? undefined : new Map(values);

/** Those of one row; undefined while all are awaited. */
const valuesOf = (sparks: Sparks | undefined, id: number) => sparks && (sparks.get(id) ?? []);

interface Setting {
  isLive: boolean;
  /** The query that keeps the period on the page of a park or ride. */
  query: string;
  /** Undefined while they are awaited. */
  sparks: Sparks | undefined;
}

const COVERAGE = "The share of open time that was observed";
const TREND = "Uptime against the period before, in percentage points";

/** The orders of the API, each with its one direction. */
export const DESCENDING: Record<string, boolean> = {
  rank: false,
  name: false,
  comparable: true,
  score: true,
  breakdown: true,
  downtime: true,
  uptime: false,
  trend: false,
  wait: true,
  coverage: true,
};

/** The columns of the ranking of parks. A column's id is the API's word for the order. */
export function parkColumns({ isLive, query, sparks }: Setting, topScore: number): Column<ParkRow>[] {
  const always: Column<ParkRow>[] = [
    { id: "rank", header: "Rank", className: "rank", numeric: false, value: (row) => row.rank, cell: (row) => <Rank rank={row.rank} /> },
    { id: "name", header: "Park", className: "who", isRowHeader: true, value: (row) => row.park_name, cell: (row) => <ParkName row={row} query={query} isLive={isLive} isWatched /> },
    {
      id: "comparable",
      header: "Comparable",
      title: "The score of breakdowns that were over the same day",
      value: (row) => row.comparable_score,
      cell: (row) => <Figure value={row.comparable_score} digits={2} />,
    },
    { id: "score", header: "Shame score", className: "score-cell", numeric: false, value: (row) => row.shame_score, cell: (row) => <ScoreBadge score={row.shame_score} barUpTo={topScore} bound={<Bound row={row} />} /> },
    {
      id: "days",
      header: "Last 30 days",
      title: "The score of each day; a gap is a day without data",
      className: "spark-cell",
      numeric: false,
      cell: (row) => <Sparkline values={valuesOf(sparks, row.park_id)} label={`Score of ${row.park_name} over the last 30 days`} top={1} />,
    },
  ];
  const down: Column<ParkRow> = {
    id: "down",
    header: isLive ? "Rides down now" : "Rides that broke down",
    cell: (row) => (
      <>
        <Figure value={row.rides_down} />
        {row.rides_eligible !== null && row.rides_down !== null && <span className="of"> of {row.rides_eligible}</span>}
      </>
    ),
  };
  const over: Column<ParkRow>[] = isLive
    ? [down]
    : [
        { id: "downtime", header: "Ride-hours lost", value: (row) => row.total_downtime_hours, cell: (row) => <><Bound row={row} /><Figure value={row.total_downtime_hours} digits={1} /></> },
        down,
        { id: "uptime", header: "Uptime", value: (row) => row.uptime_percent, cell: (row) => <>{row.uptime_percent !== null && <Bound row={row} isMost />}<Percent value={row.uptime_percent} /></> },
        { id: "trend", header: "Change", title: TREND, value: (row) => row.trend_points, cell: (row) => <TrendMark points={row.trend_points} reason={row.trend_reason} /> },
      ];
  return [
    ...always,
    ...over,
    { id: "wait", header: "Average wait", value: (row) => row.average_wait_minutes, cell: (row) => <Wait minutes={row.average_wait_minutes} isWatched={row.weighted_exposure !== null} /> },
    { id: "coverage", header: "Watched", title: COVERAGE, value: (row) => row.coverage_percent, cell: (row) => <Percent value={row.coverage_percent} digits={0} /> },
  ];
}

/** The columns of the ranking of rides. */
export function rideColumns({ isLive, query, sparks }: Setting): Column<RideRow>[] {
  const who: Column<RideRow>[] = [
    { id: "rank", header: "Rank", className: "rank", numeric: false, value: (row) => row.rank, cell: (row) => <Rank rank={row.rank} /> },
    { id: "name", header: "Ride", className: "who", isRowHeader: true, value: (row) => row.ride_name, cell: (row) => <RideName row={row} query={query} isWatched /> },
  ];
  const days: Column<RideRow> = {
    id: "days",
    header: "Last 30 days",
    title: "The uptime of each day; a gap is a day without data",
    className: "spark-cell",
    numeric: false,
    cell: (row) => <Sparkline values={valuesOf(sparks, row.ride_id)} label={`Uptime of ${row.ride_name} over the last 30 days`} top={100} />,
  };
  const wait: Column<RideRow> = {
    id: "wait",
    header: isLive ? "Wait now" : "Average wait",
    value: (row) => row.average_wait_minutes,
    cell: (row) => <Wait minutes={row.average_wait_minutes} isWatched={isLive ? row.status === "operating" : row.downtime_seconds !== null} />,
  };
  const coverage: Column<RideRow> = { id: "coverage", header: "Watched", title: COVERAGE, cell: (row) => <Percent value={row.coverage_percent} digits={0} /> };
  if (isLive) {
    return [
      ...who,
      { id: "status", header: "Now", className: "status-cell", numeric: false, cell: (row) => <LiveStatus row={row} /> },
      days,
      { id: "outages", header: "Outages today", cell: (row) => <Figure value={row.outages} /> },
      wait,
      coverage,
    ];
  }
  return [
    ...who,
    {
      id: "breakdown",
      header: "Breakdowns",
      title: "Time in breakdowns that were over the same day",
      value: (row) => row.breakdown_seconds,
      cell: (row) => <Duration seconds={row.breakdown_seconds} />,
    },
    { id: "downtime", header: "Time down", className: "lost", value: (row) => row.downtime_seconds, cell: (row) => <><Bound row={row} /><Duration seconds={row.downtime_seconds} /></> },
    days,
    { id: "uptime", header: "Uptime", value: (row) => row.uptime_percent, cell: (row) => <>{row.uptime_percent !== null && <Bound row={row} isMost />}<Percent value={row.uptime_percent} /></> },
    { id: "outages", header: "Outages", cell: (row) => <Figure value={row.outages} /> },
    { id: "trend", header: "Change", title: TREND, cell: (row) => <TrendMark points={row.trend_points} reason={row.trend_reason} /> },
    wait,
    coverage,
  ];
}
