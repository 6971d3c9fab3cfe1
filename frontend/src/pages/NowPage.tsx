/**
 * The live board. Asks first for `/api/live/status-summary`, `/api/outages/now` and
 * `/api/parks/downtime?limit=6&period=live`, each with the filters of the address.
 */
import { useEffect, useRef, useState } from "react";
import { Link } from "wouter";
import { useApi } from "../api/client";
import type { ParkRow } from "../api/rows";
import { ClockTower } from "../art/Vignettes";
import { PageHead } from "../art/PageHead";
import { Empty, Failure, FILTER_PARAMETERS, isFiltered, ParkFilters, RelativeTime, RIDE_PARAMETERS, Skeleton, StaleNotice } from "../components";
import { counted } from "../lib/format";
import { usePageMeta } from "../lib/title";
import { pick, useQueryState } from "../lib/urlState";
import { arrange, BOARD_SORTS, changesSince, readSort, type Board } from "./now/board";
import { DownBoard, ReopenedList } from "./now/DownBoard";
import { LiveRanking } from "./now/LiveRanking";
import { StatusStrip } from "./now/StatusStrip";
import type { StatusSummary } from "./now/summary";

const SHOWN = 24;
const EXCERPT = 6;

export default function NowPage() {
  usePageMeta("Right now", "Which theme park rides are down right now, since when, and how soon each may run again.");
  const [state, set] = useQueryState();
  const ofParks = pick(state, FILTER_PARAMETERS);
  const filters = pick(state, [...FILTER_PARAMETERS, ...RIDE_PARAMETERS]);
  const summary = useApi<StatusSummary>("/api/live/status-summary", filters, { live: true });
  const board = useApi<Board>("/api/outages/now", filters, { live: true });
  const ranking = useApi<ParkRow[]>("/api/parks/downtime", { ...ofParks, period: "live", limit: EXCERPT }, { live: true });
  const announcement = useAnnouncement(board.isPrevious ? undefined : board.data?.data);
  const seen = summary.data?.data.freshness.newest_observed_at;
  const worst = [summary, board, ranking].find((answer) => answer.isStale);

  const refused = [summary, board].map((answer) => answer.error).find((error) => error !== null && !error.isPassing) ?? undefined;

  return (
    <div className="page now-page">
      <PageHead title="Down right now" art={<ClockTower />}>
        <p>
          What is down at this moment, since when, and how soon it may reopen, judged by the ride’s own past.{" "}
          {seen && (
            <>
              Last look <RelativeTime iso={seen} />; this page looks again every minute.
            </>
          )}
        </p>
      </PageHead>
      <ParkFilters />
      <p className="visually-hidden" aria-live="polite">
        {announcement}
      </p>
      {worst && <StaleNotice isStale asOf={worst.data?.data_as_of} error={worst.error} retry={worst.refetch} />}
      {refused ? <Failure error={refused} /> : <Strips summary={summary} />}
      <div className="now-columns" hidden={refused !== undefined}>
        <section aria-labelledby="down-title">
          <div className="section-head">
            <h2 id="down-title">
              Down now {board.data && <span className="of">{counted(board.data.data.down.length, "ride")}</span>}
            </h2>
            {(board.data?.data.down.length ?? 0) > 1 && <label>
              <span className="order-word">Order </span>
              <select value={readSort(state["sort"])} onChange={(event) => set({ sort: event.target.value === "newest" ? null : event.target.value })}>
                {BOARD_SORTS.map((sort) => (
                  <option key={sort.name} value={sort.name}>
                    {sort.label}
                  </option>
                ))}
              </select>
            </label>}
          </div>
          <Down board={board} summary={summary.data?.data} />
        </section>
        <div className="beside">
          <section aria-labelledby="reopened-title">
            <h2 id="reopened-title">Just reopened</h2>
            {board.data === undefined ? (
              board.error === null && <Skeleton rows={4} label="Loading what reopened" />
            ) : board.data.data.reopened.length === 0 ? (
              <p className="small">No outage ended within the last hour.</p>
            ) : (
              <ReopenedList rides={board.data.data.reopened} />
            )}
          </section>
          <section aria-labelledby="ranking-title">
            <h2 id="ranking-title">Most shameful now</h2>
            <Ranking answer={ranking} />
          </section>
        </div>
      </div>
    </div>
  );
}

function Strips({ summary }: { summary: ReturnType<typeof useApi<StatusSummary>> }) {
  const counts = summary.data?.data;
  if (counts === undefined) {
    return summary.error ? <Failure error={summary.error} retry={summary.refetch} /> : <Skeleton rows={3} label="Loading the summary" />;
  }
  const { parks, rides } = counts;
  return (
    <div className="strips">
      <StatusStrip
        title="Parks"
        total={parks.total}
        parts={[
          { name: "operating", label: "Open", count: parks.open },
          { name: "closed", label: "Closed", count: parks.closed },
          { name: "no-data", label: "No data", count: parks.no_data },
        ]}
      />
      <StatusStrip
        title="Rides"
        total={rides.total}
        parts={[
          { name: "operating", label: "Operating", count: rides.operating },
          { name: "down", label: "Down", count: rides.down },
          { name: "closed", label: "Closed", count: rides.closed },
          { name: "refurbishment", label: "Refurbishment", count: rides.refurbishment },
          { name: "no-data", label: "No data", count: rides.no_data },
        ]}
      />
      <p className="small strip-note">
        As the sources put it. {counted(rides.counted_as_down, "ride counts", "rides count")} as broken down in open parks: where a source
        knows no “down”, a ride that ran today and is closed inside opening hours counts as well, provisionally
        until it reopens.
      </p>
    </div>
  );
}

interface DownProps {
  board: ReturnType<typeof useApi<Board>>;
  summary: StatusSummary | undefined;
}

function Down({ board, summary }: DownProps) {
  const [state, set] = useQueryState();
  if (board.data === undefined) {
    return board.error ? <Failure error={board.error} retry={board.refetch} /> : <Skeleton rows={9} label="Loading the rides that are down" />;
  }
  const rides = arrange(board.data.data.down, readSort(state["sort"]));
  if (rides.length === 0) return <NothingDown summary={summary} isFiltered={isFiltered(state)} />;
  const shown = state["all"] === "1" ? rides : rides.slice(0, SHOWN);
  return (
    <>
      <DownBoard rides={shown} />
      {shown.length < rides.length && (
        <button type="button" className="quiet-button" onClick={() => set({ all: "1" }, { replace: true })}>
          Show all {rides.length} rides
        </button>
      )}
    </>
  );
}

function NothingDown({ summary, isFiltered }: { summary: StatusSummary | undefined; isFiltered: boolean }) {
  if (summary?.freshness.newest_observed_at === null) {
    return (
      <Empty title="Nobody has looked yet">
        <p>
          The board fills with the first look at the parks, some minutes after collecting was started with <code>hallofshame run</code>.
        </p>
      </Empty>
    );
  }
  if (summary !== undefined && summary.parks.open === 0) {
    const isUnknown = summary.parks.no_data === summary.parks.total;
    return (
      <Empty title={isUnknown ? "Nobody has looked lately" : "Every park is closed"}>
        <p>
          {isUnknown ? "What the parks do now is not known." : "Outside opening hours nothing can break down."} See how <Link href="/?period=yesterday">yesterday</Link> or the{" "}
          <Link href="/?period=7days">last 7 days</Link> went.
        </p>
      </Empty>
    );
  }
  return (
    <Empty title="Everything runs">
      <p>
        No ride is down in the open parks{isFiltered ? " chosen here" : ""}. What broke down earlier is among{" "}
        <Link href="/rides">today’s rides</Link>.
      </p>
    </Empty>
  );
}

function Ranking({ answer }: { answer: ReturnType<typeof useApi<ParkRow[]>> }) {
  if (answer.data === undefined) return answer.error === null ? <Skeleton rows={EXCERPT} label="Loading the ranking" /> : null;
  const ranked = answer.data.data.filter((row) => row.rank !== null);
  return (
    <>
      {ranked.length === 0 ? <p className="small">No open park can be ranked at the moment.</p> : <LiveRanking rows={ranked} />}
      <p className="small">
        <Link href="/?period=live">The whole live ranking</Link>
      </p>
    </>
  );
}

/** What to read out: the changes since the look before, never the first look. */
function useAnnouncement(board: Board | undefined): string {
  const before = useRef<Board | undefined>(undefined);
  const [words, setWords] = useState("");
  useEffect(() => {
    if (board === undefined || before.current === board) return;
    const changes = before.current === undefined ? "" : changesSince(before.current, board);
    before.current = board;
    if (changes !== "") setWords(changes);
  }, [board]);
  return words;
}
