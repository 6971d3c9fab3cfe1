import { useApi } from "../../api/client";
import type { Schemas } from "../../api/rows";
import { PointsChart } from "../../charts/lazy";
import { topOf } from "../../charts/geometry/points";
import { MEASURES, type MeasureKey } from "../../charts/measures";
import { TableView } from "../../charts/TableView";
import { pointsTable } from "../../charts/tables";
import { ChartFrame, Skeleton, Switch } from "../../components";
import { spanOf } from "../../lib/time";
import { useQueryState } from "../../lib/urlState";
import { isRide, keyOf, nameOf, type Comparison, type Subject } from "./comparison";
import { MOST } from "./selection";

type Series = Schemas["ParkSeries"] | Schemas["RideSeries"];

const PARK_MEASURES: readonly MeasureKey[] = ["score", "uptime", "downtime", "wait"];
const RIDE_MEASURES: readonly MeasureKey[] = ["uptime", "downtime", "wait"];
const HEIGHT = 170;

interface ComparedSeriesProps {
  comparison: Comparison;
  period: Record<string, string>;
}

/** One small chart for each park or ride and each period, all on the same scale. */
export function ComparedSeries({ comparison, period }: ComparedSeriesProps) {
  const [state, set] = useQueryState();
  const keys = comparison.kind === "park" ? PARK_MEASURES : RIDE_MEASURES;
  const measure = keys.find((key) => key === state["measure"]) ?? keys[0] ?? "uptime";
  const first = useSeries(comparison, "first", period);
  const second = useSeries(comparison, "second", null);
  const values = [...first, ...second].flatMap((series) => (series?.points ?? []).map((point) => MEASURES[measure].value(point)));
  const top = topOf(values, MEASURES[measure].tops);
  return (
    <section className="compare-series" aria-labelledby="series-title">
      <h2 id="series-title">In the course of time</h2>
      <Switch
        label="What is drawn"
        options={keys.map((key) => [key, MEASURES[key].short] as const)}
        value={measure}
        onChoose={(key) => set({ measure: key === keys[0] ? null : key }, { replace: true })}
      />
      <p className="small">
        {measure === "uptime" ? "Each axis begins a little below its lowest value: look at its figures." : "All charts have the same scale."} Hatched places
        have no data.
      </p>
      <div className="series-grid">
        {comparison.rows.map((row, index) => (
          <div key={row.id} className={`subject-${index + 1}`}>
            <One subject={row.first} series={first[index]} measure={measure} top={top} />
            {row.second && <One subject={row.second} series={second[index]} measure={measure} top={top} />}
          </div>
        ))}
      </div>
    </section>
  );
}

interface OneProps {
  subject: Subject;
  series: Series | undefined;
  measure: MeasureKey;
  top: number;
}

function One({ subject, series, measure, top }: OneProps) {
  const days = spanOf(subject.start_date, subject.end_date);
  const title = `${nameOf(subject)}, ${days}`;
  if (series === undefined) return <Skeleton rows={5} label={`Loading the chart of ${title}`} />;
  return (
    <ChartFrame title={title} level={3} table={<TableView table={pointsTable(series.points, [measure], title)} />}>
      <PointsChart points={series.points} measure={measure} title={title} top={top} height={HEIGHT} />
    </ChartFrame>
  );
}

/** The series of all that is compared; `MOST` questions at all times, as hooks must not come and go. */
function useSeries(comparison: Comparison, which: "first" | "second", period: Record<string, string> | null): (Series | undefined)[] {
  return Array.from({ length: MOST }, (_, index) => {
    const subject = comparison.rows[index]?.[which] ?? null;
    const days = subject === null ? {} : (period ?? { start: subject.start_date, end: subject.end_date });
    const { data, isPrevious } = useApi<Series>(pathOfSeries(subject, index), days, { enabled: subject !== null });
    return subject === null || isPrevious ? undefined : data?.data;
  });
}

function pathOfSeries(subject: Subject | null, index: number): string {
  if (subject === null) return `/api/parks/nothing-${index}/series`;
  return isRide(subject) ? `/api/rides/${subject.ride_id}/series` : `/api/parks/${keyOf(subject)}/series`;
}
