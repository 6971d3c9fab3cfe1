import { Link, useLocation } from "wouter";
import type { RideRow } from "../../api/rows";
import { DataTable, Duration, Figure, parseSort, Percent, TrendMark, useMore, type Column } from "../../components";
import { counted as countedWords, number } from "../../lib/format";
import { ridePath } from "../../lib/paths";
import { addressWith } from "../../lib/urlState";
import { LiveStatus } from "../ranking/LiveStatus";
import { Wait } from "../ranking/cells";
import type { View } from "./useView";
import { excludedWords } from "./words";

interface RidesSectionProps {
  rides: readonly RideRow[];
  /** Whether the park had no open hours at all. */
  isClosed: boolean;
  view: View;
}

/** The rides that count, the one that lost most first. */
export function RidesSection({ rides, isClosed, view }: RidesSectionProps) {
  const counted = rides.filter((ride) => ride.eligible);
  const sort = parseSort(view.state["sort"]);
  const [shown, more] = useMore(counted, sort === null ? 10 : counted.length, "rides");
  if (isClosed && !view.isLive) return <p>No ride had to run: the park was closed.</p>;
  if (counted.length === 0) return <p>No ride counts in this period; why is said below.</p>;
  if (!view.isLive && counted.every((ride) => ride.downtime_seconds === null)) {
    return <p>Not known: none of the {counted.length} rides that count was seen in this period.</p>;
  }
  return (
    <>
      <DataTable
        columns={view.isLive ? liveColumns(view) : periodColumns(view)}
        rows={shown}
        rowKey={(ride) => ride.ride_id}
        caption={view.isLive ? "What the rides that count are doing now, those down first" : "The rides that count, the most time lost first"}
        sort={sort}
        onSort={(next) => view.set({ sort: `${next.descending ? "-" : ""}${next.id}` })}
        className="plain rides cards sorts"
      />
      {more}
    </>
  );
}

function nameColumn(view: View): Column<RideRow> {
  return {
    id: "name",
    header: "Ride",
    isRowHeader: true,
    value: (ride) => ride.ride_name,
    cell: (ride) => (
      <>
        <Link href={ridePath(ride) + view.query}>{ride.ride_name}</Link>
        <span className="sub">{[ride.land, ride.type_label, ride.tier_label].filter(Boolean).join(" · ")}</span>
      </>
    ),
  };
}

const watched: Column<RideRow> = {
  id: "coverage",
  header: "Watched",
  value: (ride) => ride.coverage_percent,
  cell: (ride) => <Percent value={ride.coverage_percent} digits={0} />,
};

function liveColumns(view: View): Column<RideRow>[] {
  return [
    nameColumn(view),
    { id: "status", header: "Now", numeric: false, cell: (ride) => <LiveStatus row={ride} /> },
    {
      id: "wait",
      header: "Wait",
      value: (ride) => ride.average_wait_minutes,
      cell: (ride) => <Wait minutes={ride.average_wait_minutes} isWatched={ride.status === "operating"} />,
    },
    { id: "outages", header: "Breakdowns today", value: (ride) => ride.outages, cell: (ride) => <Figure value={ride.outages} /> },
    watched,
  ];
}

function periodColumns(view: View): Column<RideRow>[] {
  return [
    nameColumn(view),
    { id: "downtime", header: "Time lost", value: (ride) => ride.downtime_seconds, cell: (ride) => <Duration seconds={ride.downtime_seconds} /> },
    { id: "uptime", header: "Uptime", largestFirst: false, value: (ride) => ride.uptime_percent, cell: (ride) => <Uptime ride={ride} /> },
    { id: "outages", header: "Outages", value: (ride) => ride.outages, cell: (ride) => <Figure value={ride.outages} /> },
    {
      id: "wait",
      header: "Average wait",
      value: (ride) => ride.average_wait_minutes,
      cell: (ride) => <Wait minutes={ride.average_wait_minutes} isWatched={ride.downtime_seconds !== null} />,
    },
    { id: "longest", header: "Longest wait", value: (ride) => ride.max_wait_minutes, cell: (ride) => <Figure value={ride.max_wait_minutes} unit="min" /> },
    { id: "trend", header: "Change", largestFirst: false, value: (ride) => ride.trend_points, cell: (ride) => <TrendMark points={ride.trend_points} reason={ride.trend_reason} /> },
    watched,
  ];
}

function Uptime({ ride }: { ride: RideRow }) {
  if (ride.uptime_percent === null && ride.downtime_seconds !== null) return <span className="no-data">did not run</span>;
  return <Percent value={ride.uptime_percent} />;
}

/** What the park has that does not count, and why. */
export function ExcludedSection({ rides, nonRides, view }: Omit<RidesSectionProps, "isClosed"> & { nonRides: number }) {
  const excluded = rides.filter((ride) => !ride.eligible);
  const others = nonRides > 0 && <NonRides count={nonRides} view={view} />;
  if (excluded.length === 0) return others || <p>Everything this park has counts towards its score.</p>;
  const reasons = [...new Set(excluded.map((ride) => ride.excluded_reason))];
  return (
    <>
      <p>
        {countedWords(excluded.length, "entry", "entries")} of this park&apos;s list {excluded.length === 1 ? "is" : "are"} in neither
        total of the score.
      </p>
      {reasons.map((reason) => {
        const members = excluded.filter((ride) => ride.excluded_reason === reason);
        return (
          <details key={reason ?? ""} className="excluded" open={members.length <= 8}>
            <summary>
              {excludedWords(reason)} <span className="of">({members.length})</span>
            </summary>
            <ul className="columns">
              {members.map((ride) => (
                <li key={ride.ride_id}>
                  <Link href={ridePath(ride) + view.query}>{ride.ride_name}</Link>
                </li>
              ))}
            </ul>
          </details>
        );
      })}
      {others}
    </>
  );
}

function NonRides({ count, view }: { count: number; view: View }) {
  const [path] = useLocation();
  const isShown = view.state["non_rides"] === "yes";
  return (
    <p className="small">
      {number(count)} {count === 1 ? "entry of this park is a film, a walkthrough or another non-ride" : "entries of this park are films, walkthroughs and other non-rides"}:{" "}
      <Link href={addressWith(path, view.state, { non_rides: isShown ? null : "yes" })}>{isShown ? "leave out" : "show"}</Link>.
    </p>
  );
}
