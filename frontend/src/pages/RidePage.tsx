import { useEffect } from "react";
import { useLocation } from "wouter";
import { Later, SectionNav, ServedSection } from "../components";
import { number } from "../lib/format";
import { ridePath } from "../lib/paths";
import { usePageMeta } from "../lib/title";
import type { RideDetails } from "./park/answers";
import { CalendarSection } from "./park/CalendarSection";
import { HeatSection } from "./park/HeatSection";
import { NOTHING_WATCHED, OutagesSection } from "./park/OutagesSection";
import { PeriodChart } from "./park/PeriodChart";
import { PlaceFrame, useDetails } from "./park/PlaceFrame";
import { TakeAlong } from "./park/TakeAlong";
import { useView, type View } from "./park/useView";
import type { PageProps } from "./props";
import { HoursSection } from "./ride/HoursSection";
import { MonthsSection } from "./ride/MonthsSection";
import { RideHead } from "./ride/RideHead";
import { OutageFacts, RideVerdict } from "./ride/RideVerdict";
import { StatusSection } from "./ride/StatusSection";

/** One ride: how reliable it was, what it is doing, and what went wrong. */
export default function RidePage({ params }: PageProps) {
  const id = Number.parseInt(params["ride"] ?? "", 10);
  const view = useView();
  const path = `/api/rides/${Number.isNaN(id) ? (params["ride"] ?? "") : id}/details`;
  const answer = useDetails<RideDetails>(path, view);
  const details = answer.data?.data;
  // While another ride loads, the one before must not stand under its address.
  const isOther = details !== undefined && details.ride.ride_id !== id;
  usePageMeta(
    details === undefined ? "" : `${details.ride.ride_name} at ${details.park.park_name}, ${view.words}`,
    details && `How often ${details.ride.ride_name} at ${details.park.park_name} breaks down, for how long, and how long people wait for it.`,
  );
  useRightAddress(isOther ? undefined : details);

  return (
    <PlaceFrame kind="ride" path={path} answer={answer} details={isOther ? undefined : details} head={(found) => <RideHead details={found} view={view} />}>
      {(found) => <Sections details={found} view={view} />}
    </PlaceFrame>
  );
}

/** A wrong or missing name in the address is put right, without an entry in the history. */
function useRightAddress(details: RideDetails | undefined): void {
  const [path, navigate] = useLocation();
  useEffect(() => {
    if (details === undefined) return;
    const right = ridePath(details.ride);
    if (path !== right) navigate(right + window.location.search + window.location.hash, { replace: true });
  }, [details, path, navigate]);
}

function Sections({ details, view }: { details: RideDetails; view: View }) {
  const { ride, park, summary } = details;
  const api = `/api/rides/${ride.ride_id}`;
  const isWatched = summary.coverage_percent !== null && summary.coverage_percent > 0;
  const hasKinds = isWatched && !view.isLive;
  const path = ridePath(ride);
  const ofPeriod = path + window.location.search;
  return (
    <>
      <RideVerdict details={details} view={view} />
      <SectionNav
        sections={[
          ["status", "48 hours"],
          ["hours", "Hours"],
          ["follow", "Messages", path],
          ["chart", "Chart"],
          ...(hasKinds ? [["kinds", "Kinds", ofPeriod] as const] : []),
          ["outages", "Outages"],
          ["months", "Months"],
          ["week", "Week"],
          ["year", "Year"],
          ["queues", "Queues", path],
          ["take", "Feeds and data"],
        ]}
      />
      <section id="status" className="part">
        <StatusSection details={details} />
      </section>
      <section id="hours" className="part" aria-labelledby="hours-title">
        <HoursSection details={details} />
      </section>
      <ServedSection id="follow" path={path} />
      <section id="chart" className="part">
        <PeriodChart
          name={ride.ride_name}
          zone={park.timezone}
          grain={details.chart_grain}
          points={details.chart_data}
          measures={["uptime", "downtime", "wait"]}
          view={view}
        />
      </section>
      {hasKinds && <ServedSection id="kinds" path={ofPeriod} />}
      <section id="outages" className="part" aria-labelledby="outages-title">
        <h2 id="outages-title">Outages, {view.words}</h2>
        <OutageFacts details={details} />
        <OutagesSection
          outages={details.outages}
          total={details.outages_total}
          name={ride.ride_name}
          zone={park.timezone}
          without={isWatched ? undefined : NOTHING_WATCHED}
          view={view}
        />
      </section>
      <section id="months" className="part">
        <Later>
          <MonthsSection details={details} />
        </Later>
      </section>
      <section id="week" className="part">
        <Later>
          <HeatSection
            path={`${api}/heatmap`}
            name={ride.ride_name}
            zone={park.timezone}
            title="Typical waits of a week"
            measures={["wait", "uptime", "downtime"]}
            view={view}
          />
        </Later>
      </section>
      <section id="year" className="part">
        <Later>
          <CalendarSection path={`${api}/series`} name={ride.ride_name} zone={park.timezone} measures={["uptime", "downtime", "wait"]} view={view} />
        </Later>
      </section>
      <ServedSection id="queues" path={path} />
      <section id="take" className="part" aria-labelledby="take-title">
        <h2 id="take-title">Feeds, badge and data</h2>
        <TakeAlong
          place={`rides/${ride.ride_id}`}
          page={ridePath(ride)}
          name={ride.ride_name}
          period={view.period}
          tables={[
            ["chart_data", "chart"],
            ["outages", `outages (${number(details.outages_total)})`],
          ]}
        />
      </section>
    </>
  );
}
