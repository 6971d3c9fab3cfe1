import type { ReactNode } from "react";
import { bandOf } from "../../lib/bands";
import { unrankedWords } from "../../lib/wording";
import { Figure, LocalTime, Percent, Sign, TrendMark } from "../../components";
import type { ParkRow } from "../../api/rows";
import type { ParkDetails } from "./answers";
import type { View } from "./useView";
import { evidenceWords } from "./words";
import { Bound, isLowerBound, Wait } from "../ranking/cells";

/** The answer first: the score, its band, and the figures that go with it. */
export function Verdict({ details, view }: { details: ParkDetails; view: View }) {
  const row = details.summary;
  const band = bandOf(row.shame_score);
  return (
    <>
      <section className="verdict" aria-labelledby="verdict-title">
        <div className={band === null ? "verdict-score" : `verdict-score poster band-${band.level}`}>
          <h2 id="verdict-title">Shame score, {view.words}</h2>
          {band === null ? (
            <p className="huge none">no score</p>
          ) : (
            <>
              <p className="huge">
                {isLowerBound(row) && <span className="out-of">at least </span>}
                <Figure value={row.shame_score} digits={2} /> <span className="out-of">of 10</span>
              </p>
              <p className="verdict-band">
                <Sign level={band.level} /> {band.name}
              </p>
            </>
          )}
          <p className="small">{row.rank === null ? `Not ranked. ${unrankedWords(row.unranked_reason ?? "no_data")}.` : `Rank ${row.rank} among all parks ${details.ranked_by.words}`}</p>
        </div>
        {(view.isLive || row.coverage_percent !== null) && <dl className="facts">{view.isLive ? <LiveFacts row={row} /> : <PeriodFacts row={row} />}</dl>}
      </section>
      <Hours details={details} />
    </>
  );
}

function LiveFacts({ row }: { row: ParkRow }) {
  const isOpen = row.is_open === null ? "not known" : row.is_open ? "yes" : "no";
  return (
    <>
      <Fact name="Open now">{isOpen}</Fact>
      <Fact name="Rides running">
        <Figure value={row.rides_operating} />
      </Fact>
      <Fact name="Rides down">
        <Figure value={row.rides_down} />
      </Fact>
      <Fact name="Average wait">
        <Wait minutes={row.average_wait_minutes} isWatched={row.weighted_exposure !== null} />
      </Fact>
      <Fact name="Looked at">
        <LocalTime iso={row.observed_at} zone={row.timezone} style="zoned" />
      </Fact>
      <Fact name="Watched">
        <Percent value={row.coverage_percent} digits={0} />
      </Fact>
    </>
  );
}

function PeriodFacts({ row }: { row: ParkRow }) {
  return (
    <>
      <Fact name="Comparable score">
        <Figure value={row.comparable_score} digits={2} />
      </Fact>
      <Fact name="Ride-hours lost">
        <Bound row={row} />
        <Figure value={row.total_downtime_hours} digits={1} />
      </Fact>
      <Fact name="Rides that broke down">
        <Figure value={row.rides_down} />
        {row.rides_down !== null && row.rides_eligible !== null && <span className="of"> of {row.rides_eligible}</span>}
      </Fact>
      <Fact name="Uptime">
        {row.uptime_percent !== null && <Bound row={row} isMost />}
        <Percent value={row.uptime_percent} />
      </Fact>
      <Fact name="Change of uptime">
        <TrendMark points={row.trend_points} reason={row.trend_reason} />
      </Fact>
      <Fact name="Average wait">
        <Wait minutes={row.average_wait_minutes} isWatched={row.weighted_exposure !== null} />
      </Fact>
      <Fact name="Watched">
        <Percent value={row.coverage_percent} digits={0} />
      </Fact>
    </>
  );
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** For one day: what counted as open, and on what grounds. */
function Hours({ details }: { details: ParkDetails }) {
  const { windows, evidence, park } = details;
  if (windows === null || evidence === null) return null;
  if (windows.length === 0) return <p className="hours">No open hours on this day: {evidenceWords(evidence).replace(": ", ", ")}.</p>;
  return (
    <p className="hours">
      Counted as open{" "}
      {windows.map((window, at) => (
        <span key={window.start}>
          {at > 0 && ", "}
          <LocalTime iso={window.start} zone={park.timezone} /> to <LocalTime iso={window.end} zone={park.timezone} style="zoned" />
        </span>
      ))}
      {" "}
      <span className="sub">by {evidenceWords(evidence)}</span>
      {details.days.map((day) => (
        <span key={day.date}>
          {day.hours_words !== null && <strong> The park {day.hours_words}.</strong>}
          {day.judged_words !== null && <span className="sub"> {day.judged_words}</span>}
        </span>
      ))}
    </p>
  );
}
