/**
 * Who got better and who got worse (R11). Asks first for `/api/trends?limit=10&period=7days`; the period and the filters are
 * those of the address, a week where it names none.
 */
import { useApi } from "../api/client";
import type { Envelope, ParkRow, RideRow } from "../api/rows";
import { PageHead } from "../art/PageHead";
import { UpsAndDowns } from "../art/Vignettes";
import { Empty, Failure, FILTER_PARAMETERS, ParkFilters, PeriodPicker, Skeleton, StaleNotice } from "../components";
import { PERIOD_PARAMETERS, periodName, periodWords } from "../lib/periods";
import { spanOf } from "../lib/time";
import { usePageMeta } from "../lib/title";
import { pick, useQueryState } from "../lib/urlState";
import { TrendTable } from "./trends/TrendTable";

const FALLBACK = "7days";
const SHOWN = 10;
const MOST = 500;

interface Trends {
  parks_improving: ParkRow[];
  parks_declining: ParkRow[];
  rides_improving: RideRow[];
  rides_declining: RideRow[];
}

/** Beside the four tables the answer holds their full lengths. */
type TrendsBody = Envelope<Trends> & { totals: Record<TableName, number> };

type TableName = "parks_improving" | "parks_declining" | "rides_improving" | "rides_declining";

const TABLES: readonly { name: TableName; title: string; none: string }[] = [
  { name: "parks_improving", title: "Parks that got better", none: "No park gained five points." },
  { name: "parks_declining", title: "Parks that got worse", none: "No park lost five points." },
  { name: "rides_improving", title: "Rides that got better", none: "No ride gained five points." },
  { name: "rides_declining", title: "Rides that got worse", none: "No ride lost five points." },
];

export default function TrendsPage() {
  const [state, set] = useQueryState();
  const name = periodName(state, FALLBACK);
  const words = periodWords(state, FALLBACK);
  usePageMeta(`Trends, ${words}`, "Parks and rides whose uptime rose or fell by five points or more against the period before.");
  const asked = { ...pick(state, PERIOD_PARAMETERS), ...pick(state, FILTER_PARAMETERS) };
  const period = name === "live" ? { period: FALLBACK } : name === FALLBACK ? { period: name } : {};
  const limit = state["all"] === "1" ? MOST : SHOWN;
  const answer = useApi<Trends>("/api/trends", { ...asked, ...period, limit });
  const body = answer.data as TrendsBody | undefined;
  const trends = body?.data;
  const span = body?.period;

  return (
    <div className="page trends-page">
      <PageHead title="Ups and downs" art={<UpsAndDowns />}>
        <p>
          Uptime now minus uptime in the period before
          {span?.start && span.end ? <>: {spanOf(span.start, span.end)}, against as long before</> : null}.
        </p>
      </PageHead>
      <PeriodPicker withoutLive fallback={FALLBACK} />
      <ParkFilters />
      {name === "live" && <p className="notice">A moment has no period before it. Shown are the last 7 days.</p>}
      <StaleNotice isStale={answer.isStale} asOf={answer.data?.data_as_of} error={answer.error} retry={answer.refetch} />
      {body === undefined || trends === undefined ? (
        answer.error ? <Failure error={answer.error} retry={answer.refetch} /> : <Skeleton rows={10} label="Loading the trends" />
      ) : (
        <>
          {TABLES.every((table) => trends[table.name].length === 0) && (
            <Empty title="Nothing moved by five points">
              <p>
                Either all stayed much the same, or one of the two periods was watched for less than half of its open time.
                Try a longer period, or fewer filters.
              </p>
            </Empty>
          )}
          <div className="trend-tables" aria-busy={answer.isPrevious}>
            {TABLES.map((table) => (
              <TrendTable key={table.name} title={table.title} none={table.none} rows={trends[table.name]} total={body.totals[table.name]} />
            ))}
          </div>
          {limit === SHOWN && TABLES.some((table) => body.totals[table.name] > SHOWN) && (
            <p>
              <button type="button" className="quiet-button" onClick={() => set({ all: "1" }, { replace: true })}>
                Show every change
              </button>
            </p>
          )}
        </>
      )}
      <section aria-labelledby="rule-title">
        <h2 id="rule-title">When a change is listed</h2>
        <p>
          Uptime is operating time ÷ (operating time + downtime). The change is the uptime of this period minus that of the one before, in
          percentage points: equally long, and for weeks, months and years the calendar one before. Listed is what moved by{" "}
          <b>5 points or more</b>, and only where <b>both periods were watched for at least half</b> of their open time. Anything else would
          be a guess.
        </p>
      </section>
    </div>
  );
}
