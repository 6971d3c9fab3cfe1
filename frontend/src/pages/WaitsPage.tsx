import { useMemo } from "react";
import type { ParkRow, RideRow } from "../api/rows";
import { QueueScene } from "../art/QueueScene";
import { DataTable, Empty, Failure, Figure, Percent, RIDE_PARAMETERS, Skeleton, type Column } from "../components";
import { number } from "../lib/format";
import { ridePath } from "../lib/paths";
import { periodLabel, periodName, periodWords, PERIOD_PARAMETERS } from "../lib/periods";
import { usePageMeta } from "../lib/title";
import { addressWith, pick, useQueryState } from "../lib/urlState";
import { ParkName, Rank, RideName } from "./ranking/cells";
import { SameView } from "./ranking/Choosing";
import { RankingFrame } from "./ranking/RankingFrame";
import { EVERY_PARK, useList, type List } from "./ranking/useList";
import { QueueBars } from "./waits/QueueBars";

const PARKS = "/api/parks/waittimes";
const RIDES = "/api/rides/waittimes";
const LONGEST = "/api/rides/longest-waits";
const LEAD = "Parks and rides by the standby waits they posted. Where nothing is posted, nothing is guessed.";
const SHOWN_RIDES = { limit: 50 } as const;
const SHOWN_LONGEST = { limit: 10 } as const;
const NONE: never[] = [];

/** Where people wait: the longest queues, rides and parks by posted wait. */
export default function WaitsPage() {
  const [state] = useQueryState();
  const rides = useList<RideRow>(RIDES, RIDE_PARAMETERS, SHOWN_RIDES);
  const parks = useList<ParkRow>(PARKS, [], EVERY_PARK);
  const longest = useList<RideRow>(LONGEST, RIDE_PARAMETERS, SHOWN_LONGEST);
  usePageMeta(`${periodLabel(state)}: where theme park visitors wait longest`, LEAD);
  const hint = (period: string) => [rides, parks, longest].forEach((list) => list.hint(period));
  const query = addressWith("", pick(state, PERIOD_PARAMETERS), {});
  return (
    <RankingFrame title="Where people wait" lead={LEAD} scene={<QueueScene />} list={rides} onHint={hint}>
      <Longest list={longest} query={query} words={periodWords(state)} />
      <div className="two-columns">
        <Rides list={rides} query={query} />
        <Parks list={parks} query={query} />
      </div>
    </RankingFrame>
  );
}

interface PartProps<Row> {
  list: List<Row>;
  query: string;
}

function Longest({ list, query, words }: PartProps<RideRow> & { words: string }) {
  const bars = (list.data?.data ?? NONE)
    .filter((row) => row.max_wait_minutes !== null)
    .map((row) => ({
      key: row.ride_id,
      href: ridePath(row) + query,
      name: row.ride_name,
      detail: row.park_name,
      minutes: row.max_wait_minutes ?? 0,
    }));
  return (
    <section aria-labelledby="longest-title">
      <h2 id="longest-title">The longest queues, {words}</h2>
      {list.data === undefined ? (
        <Loading list={list} rows={5} />
      ) : bars.length === 0 ? (
        <NoWaits />
      ) : (
        <>
          <QueueBars bars={bars} />
          <SameView path={LONGEST} asked={list.asked} of="the longest queues" />
        </>
      )}
    </section>
  );
}

function Rides({ list, query }: PartProps<RideRow>) {
  const [state] = useQueryState();
  const isLive = periodName(state) === "live";
  const columns = useMemo<Column<RideRow>[]>(
    () => [
      { id: "rank", header: "Rank", className: "rank", numeric: false, cell: (row) => <Rank rank={row.rank} /> },
      { id: "name", header: "Ride", className: "who", isRowHeader: true, cell: (row) => <RideName row={row} query={query} /> },
      { id: "wait", header: isLive ? "Wait now" : "Average", cell: (row) => <Figure value={row.average_wait_minutes} digits={isLive ? 0 : 1} unit="min" /> },
      ...(isLive ? [] : [{ id: "longest", header: "Longest", cell: (row: RideRow) => <Figure value={row.max_wait_minutes} unit="min" /> }]),
    ],
    [query, isLive],
  );
  const rows = (list.data?.data ?? NONE).filter((row) => row.rank !== null);
  if (list.data === undefined) return <Loading list={list} rows={10} />;
  return (
    <section aria-label="Rides by average wait">
      <DataTable
        className="ranking waits"
        columns={columns}
        rows={rows}
        rowKey={(row) => row.ride_id}
        isBusy={list.isPrevious}
        title={<>Rides</>}
        caption={
            <span>Rides by average posted wait: the {number(rows.length)} longest of {number(list.data.total ?? rows.length)}.</span>
        }
      />
      {rows.length === 0 && <NoWaits />}
      <SameView path={RIDES} asked={list.asked} of="rides by wait" />
    </section>
  );
}

function Parks({ list, query }: PartProps<ParkRow>) {
  const columns = useMemo<Column<ParkRow>[]>(
    () => [
      { id: "rank", header: "Rank", className: "rank", numeric: false, cell: (row) => <Rank rank={row.rank} /> },
      { id: "name", header: "Park", className: "who", isRowHeader: true, cell: (row) => <ParkName row={row} query={query} /> },
      { id: "wait", header: "Average", cell: (row) => <Figure value={row.average_wait_minutes} digits={1} unit="min" /> },
      { id: "longest", header: "Longest", cell: (row) => <Figure value={row.max_wait_minutes} unit="min" /> },
      { id: "coverage", header: "Watched", cell: (row) => <Percent value={row.coverage_percent} digits={0} /> },
    ],
    [query],
  );
  if (list.data === undefined) return <Loading list={list} rows={10} />;
  const rows = list.data.data;
  return (
    <section aria-label="Parks by average wait">
      <DataTable
        className="ranking waits"
        columns={columns}
        rows={rows}
        rowKey={(row) => row.park_id}
        isBusy={list.isPrevious}
        groupOf={(row) => (row.rank === null ? "Not ranked" : null)}
        title={<>Parks</>}
        caption={
            <span>Parks by average posted wait over all their rides.</span>
        }
      />
      <SameView path={PARKS} asked={list.asked} of="parks by wait" />
    </section>
  );
}

function Loading<Row>({ list, rows }: { list: List<Row>; rows: number }) {
  return list.error ? <Failure error={list.error} retry={list.refetch} /> : <Skeleton rows={rows} label="Loading the waits" />;
}

function NoWaits() {
  return (
    <Empty title="No waits were posted">
      <p>Either the parks are closed, or they post no waits. Try yesterday, or take a filter away.</p>
    </Empty>
  );
}
