import { Duration, Figure, NoData, Percent, RelativeTime, TrendMark } from "../../components";
import { capital, counted } from "../../lib/format";
import { unrankedWords } from "../../lib/wording";
import type { RideDetails } from "../park/answers";
import { Fact } from "../park/Verdict";
import type { View } from "../park/useView";
import { excludedWords } from "../park/words";
import { Bound, isLowerBound, Wait } from "../ranking/cells";

/** The answer first: how reliable the ride was, or what it is doing now. */
export function RideVerdict({ details, view }: { details: RideDetails; view: View }) {
  const row = details.summary;
  return (
    <section className="verdict" aria-labelledby="verdict-title">
      <div className="verdict-score">
        {view.isLive ? (
          <>
            <h2 id="verdict-title">Right now</h2>
            <p className={row.status === null ? "huge none" : "huge now"}>
              {row.status === null ? "not known" : <span className={`status ${row.is_down ? "down" : row.status}`}>{capital(row.is_down ? "down" : row.status)}</span>}
            </p>
            {row.status_since !== null && (
              <p className="small">
                since <RelativeTime iso={row.status_since} />
              </p>
            )}
          </>
        ) : (
          <>
            <h2 id="verdict-title">Uptime, {view.words}</h2>
            {row.uptime_percent === null ? (
              <p className="huge none">{row.downtime_seconds === null ? "no data" : "did not run"}</p>
            ) : (
              <>
                <p className="huge">
                  {isLowerBound(row) && <span className="out-of">at most </span>}
                  <Figure value={row.uptime_percent} digits={1} />
                  <span className="out-of"> % of its time</span>
                </p>
                <UptimeBar percent={row.uptime_percent} />
              </>
            )}
          </>
        )}
        <p className="small">{standing(details)}</p>
      </div>
      <dl className="facts">
        {!view.isLive && (
          <Fact name="Time lost">
            <Bound row={row} />
            <Duration seconds={row.downtime_seconds} />
          </Fact>
        )}
        <Fact name={view.isLive ? "Breakdowns today" : "Outages"}>
          <Figure value={row.outages} />
        </Fact>
        <Fact name={view.isLive ? "Wait now" : "Average wait"}>
          <Wait minutes={row.average_wait_minutes} isWatched={view.isLive ? row.status === "operating" : row.downtime_seconds !== null} />
        </Fact>
        {!view.isLive && (
          <>
            <Fact name="Longest wait">
              <Figure value={row.max_wait_minutes} unit="min" />
            </Fact>
            <Fact name="Change of uptime">
              <TrendMark points={row.trend_points} reason={row.trend_reason} />
            </Fact>
          </>
        )}
        <Fact name="Watched">
          <Percent value={row.coverage_percent} digits={0} />
        </Fact>
      </dl>
    </section>
  );
}

function standing({ summary, ranked_by }: RideDetails): string {
  if (!summary.eligible) return `Does not count towards the score of its park: ${excludedWords(summary.excluded_reason).toLowerCase()}`;
  if (summary.rank !== null) return `Rank ${summary.rank} among all rides ${ranked_by.words}`;
  return `Not ranked: ${unrankedWords(summary.unranked_reason ?? "no_data").toLowerCase()}`;
}

/** How much of its time the ride ran; the rest is hatched. */
function UptimeBar({ percent }: { percent: number }) {
  return (
    <svg className="uptime-bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">
      <rect className="lost" width="100" height="10" />
      <rect className="ran" width={percent} height="10" />
    </svg>
  );
}

/** What the outages of the period have in common. */
export function OutageFacts({ details }: { details: RideDetails }) {
  const statistics = details.outage_statistics;
  if (statistics.count === null || statistics.count === 0) return null;
  const facts: [string, number | null, string][] = [
    ["Mean time between failures", statistics.mean_time_between_failures_seconds, "operating time ÷ outages"],
    ["Mean time to recover", statistics.mean_time_to_recover_seconds, "open time lost ÷ outages that reopened"],
    ["Median outage", statistics.median_seconds, "half are shorter"],
    ["90 % are shorter than", statistics.p90_seconds, "the 90th percentile"],
    ["Longest outage", statistics.longest_seconds, "open time lost"],
  ];
  return (
    <>
    <dl className="facts cards">
      {facts.map(([name, seconds, meaning]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{seconds === null ? <NoData /> : <Duration seconds={Math.round(seconds)} />}</dd>
          <dd className="meaning">{meaning}</dd>
        </div>
      ))}
    </dl>
    {statistics.without_duration > 0 && (
      <p className="small">
        Median, mean time to recover and the like are of the {counted(statistics.count - statistics.without_duration, "outage")} after which it was seen
        running again. {counted(statistics.without_duration, "more lasted", "more lasted")} at least as long as listed.
      </p>
    )}
    </>
  );
}
