import { useMemo } from "react";
import { Link } from "wouter";
import { useApi } from "../api/client";
import type { ParkRow, ParkSparkline } from "../api/rows";
import { ParkScene } from "../art/ParkScene";
import { DataTable, Empty, Failure, Figure, isFiltered, ServedSection, Sign, Skeleton } from "../components";
import { bandOf } from "../lib/bands";
import { counted } from "../lib/format";
import { parkPath } from "../lib/paths";
import { periodLabel, periodName, periodWords, PERIOD_PARAMETERS } from "../lib/periods";
import { spanOf } from "../lib/time";
import { usePageMeta } from "../lib/title";
import { addressWith, pick, useQueryState } from "../lib/urlState";
import { SameView } from "./ranking/Choosing";
import { Bound } from "./ranking/cells";
import { DESCENDING, parkColumns, sparksOf, type Sparks } from "./ranking/columns";
import { RankingFrame } from "./ranking/RankingFrame";
import { EVERY_PARK, useList, type List } from "./ranking/useList";
import { Wall } from "./ranking/Wall";

const PATH = "/api/parks/downtime";
const LEAD =
  "Theme parks by the ride time they lost, flagship rides counted three times, nights and refurbishments not at all.";
/** A full score bar stands for at least this much, so that a good day does not look like a bad one. */
const LEAST_FULL_BAR = 2.5;
const NO_ROWS: ParkRow[] = [];

/** Parks from the most shameful down. */
export default function ParkRankingPage() {
  const [state] = useQueryState();
  const list = useList<ParkRow>(PATH, ["sort"], EVERY_PARK);
  usePageMeta(`${periodLabel(state)}: which theme parks break down most`, LEAD);
  return (
    <RankingFrame title="Who broke down?" lead={LEAD} scene={<ParkScene />} answer={<Answer list={list} />} isTall isRanking list={list}>
      <Ranking list={list} />
      <Kinds />
      <ServedSection id="reading" path={`/${window.location.search}`} />
    </RankingFrame>
  );
}

/** The kinds of downtime of all parks, which a moment does not have. */
function Kinds() {
  const [state] = useQueryState();
  return periodName(state) === "live" ? null : <ServedSection id="kinds" path={`/${window.location.search}`} />;
}

function Ranking({ list }: { list: List<ParkRow> }) {
  const [state, set] = useQueryState();
  const isLive = periodName(state) === "live";
  const query = addressWith("", pick(state, PERIOD_PARAMETERS), {});
  const rows = list.data?.data ?? NO_ROWS;
  const sparks = useParkSparks();
  const topScore = Math.max(LEAST_FULL_BAR, ...rows.map((row) => row.shame_score ?? 0));
  const columns = useMemo(() => parkColumns({ isLive, query, sparks }, topScore), [isLive, query, sparks, topScore]);
  const sort = state["sort"] ?? "rank";

  if (list.data === undefined) {
    return list.error ? <Failure error={list.error} retry={list.refetch} /> : <Skeleton rows={12} label="Loading the ranking" />;
  }
  if (rows.length === 0) return <NoParks isFiltered={isFiltered(state)} />;
  const unranked = rows.filter((row) => row.rank === null).length;
  return (
    <>
      <Wall title={`On the wall: ${periodWords(state)}`} entries={wallOf(rows, query)} />
      {unranked === rows.length && <NobodyRanked isLive={isLive} hasData={list.data.data_as_of !== null} />}
      <DataTable
        className="ranking"
        columns={columns}
        rows={rows}
        rowKey={(row) => row.park_id}
        isSorted
        isBusy={list.isPrevious}
        sort={{ id: sort, descending: DESCENDING[sort] ?? false }}
        onSort={({ id }) => set({ sort: id === "rank" ? null : id })}
        groupOf={(row) => (row.rank === null ? `Not ranked: ${counted(unranked, "park")}` : null)}
        title={`All parks, ${periodWords(state)}`}
        caption={
            <span>
              <PeriodNote isLive={isLive} list={list} /> Ranked with at least 3 rides, watched for at least 50 % of
              their open time. {list.data.ranked_by?.sentence}
            </span>
        }
      />
      <SameView path={PATH} asked={list.asked} of="the ranking of parks" />
    </>
  );
}

/** Who leads the list, so that the first answer needs no scrolling. */
function Answer({ list }: { list: List<ParkRow> }) {
  const [state] = useQueryState();
  const worst = list.data?.data.find((row) => row.rank === 1);
  const band = bandOf(worst?.comparable_score);
  if (list.data === undefined || worst === undefined || band === null || worst.comparable_score === 0) return null;
  return (
    <p className="hero-answer">
      {list.data.period?.label ?? periodLabel(state)}: <Link href={parkPath(worst) + addressWith("", pick(state, PERIOD_PARAMETERS), {})}>{worst.park_name}</Link>{" "}
      <span className="answer-figure">
        <Sign level={band.level} /> <b><Figure value={worst.comparable_score} digits={2} /></b> {band.name}
      </span>{" "}
      <span className="sub">by breakdowns that were over the same day</span>
    </p>
  );
}

function PeriodNote({ isLive, list }: { isLive: boolean; list: List<ParkRow> }) {
  if (isLive) return <>The latest look at each park.</>;
  const { start, end } = list.data?.period ?? { start: null, end: null };
  if (start === null || end === null) return <>Each park’s own days: it is not the same date everywhere just now.</>;
  return <>{spanOf(start, end)}, in each park’s own time.</>;
}

function wallOf(rows: readonly ParkRow[], query: string) {
  return rows
    .filter((row) => row.rank !== null && (row.comparable_score ?? 0) > 0)
    .sort((one, other) => (one.rank ?? 0) - (other.rank ?? 0))
    .slice(0, 3)
    .map((row) => {
      const band = bandOf(row.comparable_score);
      return {
        key: row.park_id,
        href: parkPath(row) + query,
        name: row.park_name,
        figure: <Figure value={row.comparable_score} digits={2} />,
        poster: `band-${band?.level}`,
        plate: (
          <>
            {band && <Sign level={band.level} />} {band?.name} ·{" "}
            {row.total_downtime_hours === null ? (
              `${row.rides_down} of ${counted(row.rides_eligible ?? 0, "ride")} down`
            ) : (
              <>
                <Bound row={row} />
                <Figure value={row.total_downtime_hours} digits={1} unit="ride-hours lost" />
              </>
            )}
          </>
        ),
      };
    });
}

function useParkSparks(): Sparks | undefined {
  const { data, error } = useApi<ParkSparkline[]>("/api/parks/sparklines");
  return useMemo(() => sparksOf(data?.data.map((row) => [row.park_id, row.values]), error), [data, error]);
}

function NoParks({ isFiltered }: { isFiltered: boolean }) {
  return isFiltered ? (
    <Empty title="No park matches">
      <p>No park of the catalogue fits these filters. Take one away, or show every park.</p>
    </Empty>
  ) : (
    <Empty title="Nothing here yet">
      <p>
        The catalogue of parks is empty. Load it with <code>hallofshame sync</code>, then start collecting with{" "}
        <code>hallofshame run</code>; the first figures appear after the first cycle.
      </p>
    </Empty>
  );
}

function NobodyRanked({ isLive, hasData }: { isLive: boolean; hasData: boolean }) {
  if (!hasData) {
    return (
      <Empty title="Nothing has been collected yet">
        <p>
          The parks below are known, but nobody has looked at them. Start with <code>hallofshame run</code>; the first figures
          appear some minutes later.
        </p>
      </Empty>
    );
  }
  return (
    <Empty title="No park can be ranked here yet">
      <p>
        {isLive
          ? "Every park is closed, or has not been looked at lately."
          : "There is not enough data for this period: parks are ranked once 3 rides were watched for at least half of their open time."}{" "}
        Try <Link href="/?period=yesterday">yesterday</Link> or <Link href="/?period=7days">the last 7 days</Link>.
      </p>
    </Empty>
  );
}
