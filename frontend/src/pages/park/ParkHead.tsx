import { Link } from "wouter";
import { TwoCastles } from "../../art/Vignettes";
import { SourceLinks } from "../../components";
import { localTime, useNow } from "../../lib/time";
import type { ParkInfo } from "./answers";

/** Who the park is, what time it is there, and where the data comes from. */
export function ParkHead({ park }: { park: ParkInfo }) {
  return (
    <>
      <nav className="crumbs" aria-label="You are here">
        <Link href="/">All parks</Link> <span aria-hidden="true">›</span> <span aria-current="page">{park.park_name}</span>
      </nav>
      <header className="page-head place-head">
        <div className="page-head-words">
          <h1>{park.park_name}</h1>
          <p className="sub">{[park.operator, park.country].filter(Boolean).join(" · ")}</p>
          <p>
            <ParkClock zone={park.timezone} /> <span className="sub">in the park ({park.timezone})</span>
          </p>
          <SourceLinks queueTimesUrl={park.queue_times_url} themeparksWikiUrl={park.themeparks_wiki_url} name={park.park_name} />
        </div>
        <TwoCastles />
      </header>
    </>
  );
}

/** The time it is in the park; it ticks. */
export function ParkClock({ zone }: { zone: string }) {
  const now = new Date(useNow()).toISOString();
  return (
    <time className="park-clock" dateTime={now}>
      {localTime(now, zone, "zoned")}
    </time>
  );
}
