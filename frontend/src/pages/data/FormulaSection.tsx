import { Link } from "wouter";
import { useApi } from "../../api/client";
import type { CatalogPark, ParkRow, RideRow } from "../../api/rows";
import { Duration, Failure, Figure, Percent, ScoreBadge, Skeleton, TrendMark } from "../../components";
import { number } from "../../lib/format";
import { parkPath, ridePath } from "../../lib/paths";
import { useQueryState } from "../../lib/urlState";
import type { ParkExample } from "./rows";

const PERIOD = "7days";
const SHOWN = 5;

/** Every formula, each with the figures of one real park over the last seven days. */
export function FormulaSection() {
  const [state, set] = useQueryState();
  const worst = useApi<ParkRow[]>("/api/parks/downtime", { period: PERIOD, limit: 1 }, { enabled: state["park"] === undefined });
  const chosen = state["park"] ?? worst.data?.data[0]?.park_slug;
  const details = useApi<ParkExample>(`/api/parks/${encodeURIComponent(chosen ?? "none")}/details`, { period: PERIOD }, { enabled: chosen !== undefined });
  const parks = useApi<CatalogPark[]>("/api/parks", { limit: 500 });
  const example = details.data?.data;
  return (
    <section id="formulas" aria-labelledby="formulas-title">
      <div className="section-head">
        <h2 id="formulas-title">How the figures come about</h2>
        <label>
          With the figures of{" "}
          <select value={example?.park.park_slug ?? chosen ?? ""} onChange={(event) => set({ park: event.target.value }, { replace: true })}>
            {chosen === undefined && <option value="">…</option>}
            {(parks.data?.data ?? []).map((park) => (
              <option key={park.park_id} value={park.park_slug}>
                {park.park_name}
              </option>
            ))}
          </select>
        </label>
      </div>
      <p>
        Everything is counted in whole seconds, inside a park’s open hours only, for rides that ran on that day or one of the six before. Larger
        periods are sums of these seconds, never averages of averages. The figures beside them are{" "}
        {example === undefined ? (
          "a real park’s"
        ) : (
          <>
            those of <Link href={`${parkPath(example.park)}?period=${PERIOD}`}>{example.park.park_name}</Link>
          </>
        )}{" "}
        of the last 7 days, as of now.
      </p>
      {details.error && example === undefined ? <Failure error={details.error} retry={details.refetch} /> : <Formulas example={example} />}
    </section>
  );
}

const minutes = (seconds: number) => number(Math.round(seconds / 60));

function Formulas({ example }: { example: ParkExample | undefined }) {
  if (example === undefined) return <Skeleton rows={8} label="Loading the example" />;
  const { summary, score_explained: explained } = example;
  const hasFigures = (summary.coverage_percent ?? 0) > 0;
  const ride = example.rides.find((row) => row.eligible && row.downtime_seconds) ?? example.rides.find((row) => row.eligible);
  return (
    <dl className="formulas">
      <div className="formula-score">
        <dt>Shame score</dt>
        <dd>
          <p className="formula-words">10 × Σ weight × downtime ÷ Σ weight × (operating + downtime)</p>
          <p>
            A flagship weighs 3, a standard or unrated ride 2, a minor one 1. From 0, everything ran, to 10, nothing did. A park that loses a
            tenth of its weighted ride time scores 1.
          </p>
        </dd>
        <dd className="formula-example">
          {explained.shame_score === null ? (
            <p className="no-data">{hasFigures ? "No score: no ride had to run in these days." : "No example: the park was not watched in these days. Choose another above, or wait for the first look at it."}</p>
          ) : (
            <>
              <p className="formula">
                10 × {minutes(explained.weighted_downtime)} ÷ {minutes(explained.weighted_exposure)} = <b>{number(explained.shame_score, 2)}</b>
                <span className="small">weighted minutes</span>
              </p>
              <ScoreBadge score={summary.shame_score} />
              <Shares example={example} />
            </>
          )}
        </dd>
      </div>
      <div>
        <dt>Comparable score</dt>
        <dd>
          <p className="formula-words">10 × Σ weight × breakdowns ÷ Σ weight × (operating + breakdowns)</p>
          <p>
            Only breakdowns that were over the same day, which every source can tell. Parks are ranked by it, rides by time in such breakdowns.
            Figures marked ≥ or ≤ are of a source that knows only open and closed, and are bounds.
          </p>
        </dd>
        {hasFigures && (
          <dd className="formula-example">
            <p>
              The park: <b><Figure value={summary.comparable_score} digits={2} /></b>
            </p>
          </dd>
        )}
      </div>
      <div>
        <dt>Uptime</dt>
        <dd>
          <p className="formula-words">operating ÷ (operating + downtime)</p>
          <p>Not weighted: of the time in which rides were promised, the share in which they ran.</p>
        </dd>
        {hasFigures && (
        <dd className="formula-example">
          <p>
            The park: <b><Percent value={summary.uptime_percent} /></b>
          </p>
          {ride && <RideUptime ride={ride} />}
        </dd>
        )}
      </div>
      <div>
        <dt>Downtime</dt>
        <dd>
          <p className="formula-words">time down inside open hours</p>
          <p>
            Where the source has a word for “down”, that word counts. Where it knows only “closed”, a closure counts when the ride ran before
            and came back in the same opening: a lower bound. Refurbishment never counts.
          </p>
        </dd>
        {hasFigures && (
        <dd className="formula-example">
          <p>
            <b><Figure value={summary.total_downtime_hours} digits={1} unit="ride-hours" /></b>, from <Figure value={summary.rides_down} /> of{" "}
            <Figure value={summary.rides_eligible} /> rides. This park’s breakdowns are told by “
            {example.park.breakdown_signal === "down" ? "down" : "closed"}”.
          </p>
        </dd>
        )}
      </div>
      <div>
        <dt>Average wait</dt>
        <dd>
          <p className="formula-words">Σ posted wait × time ÷ time with a posted wait</p>
          <p>Standby waits while operating. A ride that never posts a wait above 0 has none, which is not the same as 0.</p>
        </dd>
        {hasFigures && (
        <dd className="formula-example">
          <p>
            <b>{summary.average_wait_minutes === null ? "none posted" : <Figure value={summary.average_wait_minutes} digits={1} unit="min" />}</b>, at
            most <Figure value={summary.max_wait_minutes} unit="min" />
          </p>
        </dd>
        )}
      </div>
      <div>
        <dt>Watched (coverage)</dt>
        <dd>
          <p className="formula-words">observed open time ÷ open time</p>
          <p>A look holds for three rounds of looking at most; what lies beyond is unknown. Under 50 %, or with fewer than 3 rides, nothing is ranked.</p>
        </dd>
        {hasFigures && (
        <dd className="formula-example">
          <p>
            <b><Percent value={summary.coverage_percent} /></b> of its open time
          </p>
        </dd>
        )}
      </div>
      <div>
        <dt>Change</dt>
        <dd>
          <p className="formula-words">uptime − uptime of the period before</p>
          <p>In percentage points, and only where both periods were watched for half of their open time.</p>
        </dd>
        {hasFigures && (
        <dd className="formula-example">
          <p>
            <b><TrendMark points={summary.trend_points} unit="" /></b> points against the 7 days before
          </p>
        </dd>
        )}
      </div>
    </dl>
  );
}

function RideUptime({ ride }: { ride: RideRow }) {
  return (
    <p>
      <Link href={`${ridePath(ride)}?period=${PERIOD}`}>{ride.ride_name}</Link> ran <Duration seconds={ride.operating_seconds} /> and was down{" "}
      <Duration seconds={ride.downtime_seconds} />: <Percent value={ride.uptime_percent} />
    </p>
  );
}

/** The rides that put most into the score. */
function Shares({ example }: { example: ParkExample }) {
  const shares = example.score_explained.rides;
  return (
    <div className="table-wrap" tabIndex={0} role="region" aria-label="What rides add to the score; scrolls sideways on narrow screens">
      <table className="plain cards">
        <thead>
          <tr>
            <th scope="col">Ride</th>
            <th scope="col" className="num">
              Weight
            </th>
            <th scope="col" className="num">
              Minutes lost
            </th>
            <th scope="col" className="num">
              Adds
            </th>
          </tr>
        </thead>
        <tbody>
          {shares.slice(0, SHOWN).map((share) => (
            <tr key={share.ride_id}>
              <th scope="row">{share.ride_name}</th>
              <td className="num" data-label="Weight">×{share.weight}</td>
              <td className="num" data-label="Minutes lost">{share.downtime_seconds === null ? <Figure value={null} /> : minutes(share.downtime_seconds)}</td>
              <td className="num" data-label="Adds">
                <Figure value={share.score_points} digits={2} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {shares.length > SHOWN && (
        <p className="small">
          <Link href={`${parkPath(example.park)}?period=${PERIOD}`}>All {shares.length} rides</Link>
        </p>
      )}
    </div>
  );
}
