import { useMemo } from "react";
import { Link } from "wouter";
import { useApi } from "../api/client";
import type { RideRow, RideSparkline } from "../api/rows";
import { RideScene } from "../art/RideScene";
import { DataTable, Duration, Empty, Failure, isFiltered, LocalTime, RIDE_PARAMETERS, Skeleton } from "../components";
import { counted, number } from "../lib/format";
import { ridePath } from "../lib/paths";
import { periodLabel, periodName, periodWords, PERIOD_PARAMETERS } from "../lib/periods";
import { usePageMeta } from "../lib/title";
import { typePlural } from "../lib/wording";
import { addressWith, pick, useQueryState } from "../lib/urlState";
import { SameView } from "./ranking/Choosing";
import { DESCENDING, rideColumns, sparksOf, type Sparks } from "./ranking/columns";
import { Pager } from "./ranking/Pager";
import { RankingFrame } from "./ranking/RankingFrame";
import { RIDES_PER_PAGE, useList, type List } from "./ranking/useList";
import { Wall } from "./ranking/Wall";
import { Bound } from "./ranking/cells";

const PATH = "/api/rides/downtime";
const LEAD = "Rides by the hours they lost while their park was open, with uptime, breakdowns and waits.";
const NO_ROWS: RideRow[] = [];

/** Rides from those that lost most time down. */
export default function RideRankingPage() {
  const [state] = useQueryState();
  const list = useList<RideRow>(PATH, ["sort", "offset", ...RIDE_PARAMETERS], { limit: state["limit"] ?? RIDES_PER_PAGE });
  const kind = (typePlural(state["type"]) ?? "Rides").toLowerCase();
  usePageMeta(`${periodLabel(state)}: which ${kind} break down most`, LEAD);
  return (
    <RankingFrame title={`Which ${kind} break down?`} lead={LEAD} scene={<RideScene />} answer={<Answer list={list} />} isRanking list={list}>
      <Ranking list={list} />
    </RankingFrame>
  );
}

function Ranking({ list }: { list: List<RideRow> }) {
  const [state, set] = useQueryState();
  const isLive = periodName(state) === "live";
  const query = addressWith("", pick(state, PERIOD_PARAMETERS), {});
  const rows = list.data?.data ?? NO_ROWS;
  const sparks = useRideSparks(rows);
  const columns = useMemo(() => rideColumns({ isLive, query, sparks }), [isLive, query, sparks]);
  const sort = state["sort"] ?? "rank";

  if (list.data === undefined) {
    return list.error ? <Failure error={list.error} retry={list.refetch} /> : <Skeleton rows={12} label="Loading the ranking" />;
  }
  if (rows.length === 0) return <NoRides isFiltered={isFiltered(state) || state["type"] !== undefined} isPastEnd={state["offset"] !== undefined} />;
  const { total = rows.length, offset = 0, limit = RIDES_PER_PAGE } = list.data;
  return (
    <>
      {offset === 0 && <Wall title={`On the wall: ${periodWords(state)}`} entries={wallOf(rows, query, isLive)} />}
      <DataTable
        className="ranking rides"
        columns={columns}
        rows={rows}
        rowKey={(row) => row.ride_id}
        isSorted
        isBusy={list.isPrevious}
        sort={{ id: sort, descending: DESCENDING[sort] ?? false }}
        onSort={({ id }) => set({ sort: id === "rank" ? null : id, offset: null })}
        groupOf={(row) => (row.rank === null ? "Not ranked" : null)}
        title={`${typePlural(state["type"]) ?? "All rides"}, ${periodWords(state)}`}
        caption={
            <span>
              {counted(total, "ride")} that count towards the score of their park
              {total > rows.length && `, ${number(offset + 1)} to ${number(offset + rows.length)} shown`}. {list.data.ranked_by?.sentence}
            </span>
        }
      />
      <Pager total={total} offset={offset} limit={limit} />
      <SameView path={PATH} asked={list.asked} of="the ranking of rides" />
    </>
  );
}

/** Who leads the list, so that the first answer needs no scrolling. */
function Answer({ list }: { list: List<RideRow> }) {
  const [state] = useQueryState();
  const worst = list.data?.data.find((row) => row.rank === 1);
  if (list.data === undefined || worst === undefined || (worst.breakdown_seconds ?? 0) === 0) return null;
  return (
    <p className="hero-answer">
      {list.data.period?.label ?? periodLabel(state)}: <Link href={ridePath(worst) + addressWith("", pick(state, PERIOD_PARAMETERS), {})}>{worst.ride_name}</Link>{" "}
      <span className="answer-figure">
        <b><Duration seconds={worst.breakdown_seconds} /></b> broken down
      </span>
    </p>
  );
}

function wallOf(rows: readonly RideRow[], query: string, isLive: boolean) {
  return rows
    .filter((row) => row.rank !== null && row.rank <= 3 && (isLive || (row.breakdown_seconds ?? 0) > 0))
    .sort((one, other) => (one.rank ?? 0) - (other.rank ?? 0))
    .slice(0, 3)
    .map((row, index) => ({
      key: row.ride_id,
      href: ridePath(row) + query,
      name: row.ride_name,
      figure: isLive ? "Down" : <Duration seconds={row.breakdown_seconds} />,
      poster: `place-${index + 1}`,
      plate: (
        <>
          {row.park_name}
          {row.uptime_percent !== null && (
            <>
              {" "}
              · <Bound row={row} isMost />
              {number(row.uptime_percent, 1, "%")} uptime
            </>
          )}
          {isLive && row.status_since !== null && (
            <>
              {" "}
              · since <LocalTime iso={row.status_since} zone={row.timezone} style="zoned" />
            </>
          )}
        </>
      ),
    }));
}

function useRideSparks(rows: readonly RideRow[]): Sparks | undefined {
  const ids = rows.map((row) => row.ride_id).sort((one, other) => one - other);
  const { data, error } = useApi<RideSparkline[]>(
    "/api/rides/sparklines",
    { ids: ids.join(",") },
    { enabled: ids.length > 0 },
  );
  return useMemo(() => sparksOf(data?.data.map((row) => [row.ride_id, row.values]), error), [data, error]);
}

function NoRides({ isFiltered, isPastEnd }: { isFiltered: boolean; isPastEnd: boolean }) {
  if (isPastEnd) {
    return (
      <Empty title="The list ends before this">
        <p>There are fewer rides than this page would begin with. Go back to the first page.</p>
      </Empty>
    );
  }
  return (
    <Empty title={isFiltered ? "No ride matches" : "No ride counts here"}>
      <p>
        {isFiltered
          ? "None of these rides ran in this period. Take a filter away, or choose another period."
          : "Rides count on days on which they ran, and on the six days after. Try yesterday or the last 7 days."}
      </p>
    </Empty>
  );
}
