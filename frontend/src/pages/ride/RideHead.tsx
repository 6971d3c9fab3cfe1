import { Link } from "wouter";
import { CoasterHill } from "../../art/CoasterHill";
import { SourceLinks } from "../../components";
import { capital } from "../../lib/format";
import { parkPath } from "../../lib/paths";
import { ParkClock } from "../park/ParkHead";
import type { RideDetails } from "../park/answers";
import type { View } from "../park/useView";
import { TIER_SOURCES } from "./words";

/** Who the ride is, how much it weighs, and where the data comes from. */
export function RideHead({ details, view }: { details: RideDetails; view: View }) {
  const { ride, park } = details;
  const parkAddress = parkPath(park) + view.query;
  return (
    <>
      <nav className="crumbs" aria-label="You are here">
        <Link href="/">All parks</Link> <span aria-hidden="true">›</span> <Link href={parkAddress}>{park.park_name}</Link>{" "}
        <span aria-hidden="true">›</span> <span aria-current="page">{ride.ride_name}</span>
      </nav>
      <header className="page-head place-head">
        <div className="page-head-words">
          <h1>{ride.ride_name}</h1>
          <p className="sub">
            <Link href={parkAddress}>{park.park_name}</Link>
            {[ride.land, park.country].filter(Boolean).map((words) => ` · ${words}`)}
          </p>
          <p>
            <ParkClock zone={park.timezone} /> <span className="sub">in the park ({park.timezone})</span>
          </p>
          {ride.kind === "ATTRACTION" && (
            <p>
              {capital(ride.type_label)} · <b className="tier-tag">{capital(ride.tier_label)}</b> weight ×{ride.weight} in the park&apos;s score
              {ride.tier_source !== null && <span className="sub"> · {TIER_SOURCES[ride.tier_source] ?? ride.tier_source.replaceAll("_", " ")}</span>}
            </p>
          )}
          <SourceLinks queueTimesUrl={ride.queue_times_url} themeparksWikiUrl={ride.themeparks_wiki_url} name={ride.ride_name} />
        </div>
        <CoasterHill />
      </header>
    </>
  );
}
