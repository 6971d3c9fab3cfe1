/**
 * Who got better and who got worse (R11). Asks first for `/api/trends` with the period and the filters of the address.
 */
import { prefetchApi, useApi } from "../api/client";
import type { Envelope, Schemas } from "../api/rows";
import { PageHead } from "../art/PageHead";
import { UpsAndDowns } from "../art/Vignettes";
import { Empty, Failure, FILTER_PARAMETERS, ParkFilters, PeriodPicker, RIDE_PARAMETERS, ServedSection, Skeleton, StaleNotice } from "../components";
import { PERIOD_PARAMETERS, periodName, periodWords } from "../lib/periods";
import { spanOf } from "../lib/time";
import { usePageMeta } from "../lib/title";
import { pick, useQueryState } from "../lib/urlState";
import { TrendTable } from "./trends/TrendTable";

/** A moment has no period before it: shown instead is this. */
const INSTEAD_OF_LIVE = "7days";
const SHOWN = 10;
const MOST = 500;

type Trends = Schemas["TrendTables"];

/** Beside the four tables the answer holds their full lengths. */
type TrendsBody = Envelope<Trends> & { totals: Schemas["TrendTotals"] };

type TableName = "parks_improving" | "parks_declining" | "rides_improving" | "rides_declining";

const TABLES: readonly { name: TableName; title: string; none: string }[] = [
  { name: "parks_improving", title: "Parks that got better", none: "No park gained five points." },
  { name: "parks_declining", title: "Parks that got worse", none: "No park lost five points." },
  { name: "rides_improving", title: "Rides that got better", none: "No ride gained five points." },
  { name: "rides_declining", title: "Rides that got worse", none: "No ride lost five points." },
];

export default function TrendsPage() {
  const [state, set] = useQueryState();
  const isLive = periodName(state) === "live";
  const words = isLive ? "last 7 days" : periodWords(state);
  usePageMeta(`Trends, ${words}`, "Parks and rides whose uptime rose or fell by five points or more against the period before.");
  const period: Record<string, string> = isLive ? { period: INSTEAD_OF_LIVE } : pick(state, PERIOD_PARAMETERS);
  const filters = pick(state, [...FILTER_PARAMETERS, ...RIDE_PARAMETERS]);
  const isWhole = state["all"] === "1";
  const answer = useApi<Trends>("/api/trends", { ...filters, ...period, limit: isWhole ? MOST : null });
  const body = answer.data as TrendsBody | undefined;
  const trends = body?.data;
  const span = body?.period;

  return (
    <div className="page trends-page">
      <PageHead title="Better or worse?" art={<UpsAndDowns />}>
        <p>Parks and rides whose uptime changed by five points or more against the period before.</p>
      </PageHead>
      <PeriodPicker withoutLive onHint={(name) => prefetchApi("/api/trends", { ...filters, period: name })} />
      <ParkFilters />
      {isLive && <p className="notice">A moment has no period before it. Shown are the last 7 days.</p>}
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
          {span?.start && span.end ? (
            <p className="small trend-span">{spanOf(span.start, span.end)}, in each park’s own time, against the same length of time before.</p>
          ) : null}
          <div className="trend-tables" aria-busy={answer.isPrevious}>
            {TABLES.map((table) => (
              <TrendTable key={table.name} title={table.title} none={table.none} rows={isWhole ? trends[table.name] : trends[table.name].slice(0, SHOWN)} period={period} total={body.totals[table.name]} />
            ))}
          </div>
          {!isWhole && TABLES.some((table) => body.totals[table.name] > SHOWN) && (
            <p>
              <button type="button" className="quiet-button" onClick={() => set({ all: "1" }, { replace: true })}>
                Show every change
              </button>
            </p>
          )}
        </>
      )}
      <ServedSection id="compared" path={`/trends${window.location.search}`} />
      <section aria-labelledby="rule-title">
        <h2 id="rule-title">When a change is listed</h2>
        <p>
          Uptime is operating time ÷ (operating time + downtime). The change is the uptime of this period minus that of the one before, in
          percentage points: equally long, and for weeks, months and years the calendar one before. Listed is what moved by{" "}
          <b>5 points or more</b>, and only where <b>both periods were watched for at least half</b> of their open time and recorded on at least half of
          their days. Anything else would be a guess.
        </p>
      </section>
    </div>
  );
}
