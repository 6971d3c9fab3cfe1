import { BandLegend, Later, SectionNav, ServedSection } from "../components";
import { number } from "../lib/format";
import { parkPath } from "../lib/paths";
import { usePageMeta } from "../lib/title";
import type { ParkDetails } from "./park/answers";
import { CalendarSection } from "./park/CalendarSection";
import { HeatSection } from "./park/HeatSection";
import { NOTHING_WATCHED, OutagesSection } from "./park/OutagesSection";
import { ParkHead } from "./park/ParkHead";
import { PeriodChart } from "./park/PeriodChart";
import { PlaceFrame, useDetails } from "./park/PlaceFrame";
import { ExcludedSection, RidesSection } from "./park/RidesSection";
import { ScheduleSection } from "./park/ScheduleSection";
import { ScoreExplained } from "./park/ScoreExplained";
import { SessionsSection } from "./park/SessionsSection";
import { TakeAlong } from "./park/TakeAlong";
import { TiersSection } from "./park/TiersSection";
import { TimelineSection } from "./park/TimelineSection";
import { useView, type View } from "./park/useView";
import { Verdict } from "./park/Verdict";
import { WithoutData } from "./park/WithoutData";
import type { PageProps } from "./props";

/** What the server alone draws. */
const OFFERS = [
  ["visit", "Who can ride"],
  ["shows", "Shows"],
  ["events", "Events"],
  ["tables", "Restaurants"],
  ["prices", "Prices"],
] as const;

/** One park: its score first, then what it is made of. */
export default function ParkPage({ params }: PageProps) {
  const slug = params["slug"] ?? "";
  const view = useView();
  const path = `/api/parks/${slug}/details`;
  const answer = useDetails<ParkDetails>(path, view);
  const details = answer.data?.data;
  const isOther = details !== undefined && details.park.park_slug !== slug && String(details.park.park_id) !== slug;
  usePageMeta(
    details === undefined ? "" : `${details.park.park_name}, ${view.words}`,
    details && `How reliable the rides of ${details.park.park_name} were: score, breakdowns, waits.`,
  );

  return (
    <PlaceFrame kind="park" path={path} answer={answer} details={isOther ? undefined : details} head={(found) => <ParkHead park={found.park} />}>
      {(found) => <Sections details={found} view={view} />}
    </PlaceFrame>
  );
}

function Sections({ details, view }: { details: ParkDetails; view: View }) {
  const { park, summary } = details;
  const api = `/api/parks/${park.park_slug}`;
  const path = parkPath(park);
  const ofPeriod = path + window.location.search;
  const hasFigures = summary.coverage_percent !== null && summary.coverage_percent > 0;
  const isClosed = summary.unranked_reason === "closed";
  const slugs = new Map(details.rides.map((ride) => [ride.ride_id, ride.ride_slug]));
  // The last day that has anything to show, as far as the period's days are listed.
  const lastDay = details.days.find((found) => (found.coverage_percent ?? 0) > 0)?.date ?? summary.end_date;
  return (
    <>
      <Verdict details={details} view={view} />
      <SectionNav
        sections={[
          ...(hasFigures ? ([["chart", "Chart"], ["score", "The score"]] as const) : []),
          ...(hasFigures && !view.isLive ? [["kinds", "Kinds", ofPeriod] as const] : []),
          ["rides", "Rides"],
          ["timeline", "Timeline"],
          ["outages", "Outages"],
          ["follow", "Messages", path],
          ...OFFERS.map(([id, words]) => [id, words, path] as const),
          ["week", "Week"],
          ["year", "Year"],
          ["schedule", "Hours"],
          ["tiers", "Tiers"],
          ["excluded", "Not counted"],
          ["sessions", "Sessions"],
          ["take", "Feeds and data"],
        ]}
      />
      {!hasFigures && <WithoutData details={details} view={view} />}
      {hasFigures && (
        <section id="chart" className="part">
          <PeriodChart
            name={park.park_name}
            zone={park.timezone}
            grain={details.chart_grain}
            points={details.chart_data}
            measures={["score", "downtime", "uptime", "wait", "rides_down"]}
            view={view}
          />
        </section>
      )}
      {hasFigures && (
        <section id="score" className="part" aria-labelledby="score-title">
          <h2 id="score-title">Where the score comes from</h2>
          <ScoreExplained details={details} view={view} />
        </section>
      )}
      {hasFigures && !view.isLive && <ServedSection id="kinds" path={ofPeriod} />}
      <section id="rides" className="part" aria-labelledby="rides-title">
        <h2 id="rides-title">{view.isLive ? "Rides now" : "Problem rides first"}</h2>
        <RidesSection rides={details.rides} isClosed={isClosed} view={view} />
      </section>
      <section id="timeline" className="part">
        <Later rows={14}>
          <TimelineSection park={park} lastDay={lastDay} view={view} />
        </Later>
      </section>
      <section id="outages" className="part" aria-labelledby="outages-title">
        <h2 id="outages-title">Outages, {view.isLive ? "today" : view.words}</h2>
        <OutagesSection
          outages={details.outages}
          total={details.outages_total}
          name={park.park_name}
          zone={park.timezone}
          without={isClosed ? "None: the park was closed." : hasFigures ? undefined : NOTHING_WATCHED}
          slugs={slugs}
          view={view}
        />
      </section>
      <ServedSection id="follow" path={path} />
      {OFFERS.map(([id]) => (
        <ServedSection key={id} id={id} path={path} />
      ))}
      <section id="week" className="part">
        <Later>
          <HeatSection
            path={`${api}/heatmap`}
            name={park.park_name}
            zone={park.timezone}
            title="A week, hour by hour"
            measures={["score", "downtime", "uptime", "wait"]}
            view={view}
          />
        </Later>
      </section>
      <section id="year" className="part">
        <Later>
          <CalendarSection path={`${api}/series`} name={park.park_name} zone={park.timezone} measures={["score", "downtime", "uptime", "wait"]} view={view} />
        </Later>
      </section>
      <section id="schedule" className="part" aria-labelledby="schedule-title">
        <h2 id="schedule-title">Opening hours</h2>
        <Later rows={6}>
          <ScheduleSection park={park} ofPeriod={details.schedule} view={view} />
        </Later>
      </section>
      <section id="tiers" className="part">
        <TiersSection tiers={details.tiers} name={park.park_name} view={view} />
      </section>
      <section id="excluded" className="part" aria-labelledby="excluded-title">
        <h2 id="excluded-title">Not counted, and why</h2>
        <ExcludedSection rides={details.rides} nonRides={details.non_rides} view={view} />
      </section>
      <section id="sessions" className="part" aria-labelledby="sessions-title">
        <h2 id="sessions-title">Operating sessions of the last 30 days</h2>
        <Later>
          <SessionsSection park={park} />
        </Later>
      </section>
      <section id="take" className="part" aria-labelledby="take-title">
        <h2 id="take-title">Feeds, badge and data</h2>
        <TakeAlong
          place={`parks/${park.park_slug}`}
          page={parkPath(park)}
          name={park.park_name}
          period={view.period}
          tables={[
            ["rides", "rides"],
            ["chart_data", "chart"],
            ["outages", `outages (${number(details.outages_total)})`],
          ]}
        />
      </section>
      <section className="part" aria-labelledby="scale-title">
        <h2 id="scale-title">The scale</h2>
        <BandLegend />
        <p className="small">A dash is missing data and never means zero.</p>
      </section>
    </>
  );
}
