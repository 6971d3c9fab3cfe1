/**
 * The yearly awards as posters, and year against year. Asks first for `/api/awards` with the year and the filters of the address; with
 * `against` also for the awards of that year.
 */
import { useEffect } from "react";
import { Link } from "wouter";
import { prefetchApi, useApi } from "../api/client";
import { Cup } from "../art/Vignettes";
import { PageHead } from "../art/PageHead";
import { Empty, Failure, FILTER_PARAMETERS, isFiltered, ParkFilters, RIDE_PARAMETERS, Skeleton, StaleNotice } from "../components";
import { usePageMeta } from "../lib/title";
import { addressWith, pick, useQueryState } from "../lib/urlState";
import type { Awards } from "./awards/awards";
import { AwardCard } from "./awards/AwardCard";
import { Share } from "./awards/Share";

export default function AwardsPage() {
  const [state, set] = useQueryState();
  const filters = pick(state, [...FILTER_PARAMETERS, ...RIDE_PARAMETERS]);
  const answer = useApi<Awards>("/api/awards", { ...filters, ...pick(state, ["year"]) });
  const awards = answer.data?.data;
  const year = awards?.year;
  const against = Number(state["against"]) || null;
  const hasRival = against !== null && against !== year;
  const rival = useApi<Awards>("/api/awards", { ...filters, year: against }, { enabled: hasRival });
  const before = hasRival && rival.data?.data.year === against ? rival.data.data : undefined;
  usePageMeta(
    state["year"] === undefined ? "Awards" : `Awards ${state["year"]}`,
    "The best and the worst of the year: parks and rides, longest waits, most improved.",
  );
  useHashScroll(awards !== undefined);

  return (
    <div className="page awards-page">
      <PageHead title={year === undefined ? "The awards" : `The awards of ${year}`} art={<Cup />}>
        <p>Laurels and lemons, from a whole year of measured ride time. Nobody votes; the figures decide.</p>
      </PageHead>
      {awards !== undefined && (
        <nav className="periods" aria-label="Year">
          <ul>
            {[...awards.years].reverse().map((other) => (
              <li key={other}>
                <Link
                  href={addressWith("/awards", state, { year: other })}
                  aria-current={other === year ? "page" : undefined}
                  onPointerEnter={() => prefetchApi("/api/awards", { ...filters, year: other })}
                >
                  {other}
                </Link>
              </li>
            ))}
          </ul>
          {awards.years.length > 1 && <label className="against">
            Against{" "}
            <select value={hasRival ? String(against) : ""} onChange={(event) => set({ against: event.target.value })}>
              <option value="">no other year</option>
              {[...awards.years]
                .reverse()
                .filter((other) => other !== year)
                .map((other) => (
                  <option key={other}>{other}</option>
                ))}
            </select>
          </label>}
        </nav>
      )}
      <ParkFilters />
      <StaleNotice isStale={answer.isStale} asOf={answer.data?.data_as_of} error={answer.error} retry={answer.refetch} />
      {awards?.is_partial && awards.categories.some((category) => category.winners.length > 0) && (
        <p className="notice partial">
          <b>{awards.year} is still running.</b> These are the standings so far, not the awards.
        </p>
      )}
      {hasRival && rival.error && rival.data === undefined && (
        <p className="notice">The awards of {against} cannot be shown: {rival.error.message}.</p>
      )}
      {awards === undefined ? (
        answer.error ? <Failure error={answer.error} retry={answer.refetch} /> : <Skeleton rows={12} label="Loading the awards" />
      ) : awards.categories.every((category) => category.winners.length === 0) ? (
        <NoWinners year={awards.year} isFiltered={isFiltered(state)} />
      ) : (
        <>
          <Share year={awards.year} isPartial={awards.is_partial} />
          <div className="award-grid" aria-busy={answer.isPrevious}>
            {awards.categories.map((category) => (
              <AwardCard
                key={category.slug}
                category={category}
                year={awards.year}
                isPartial={awards.is_partial}
                against={before === undefined ? null : { year: before.year, category: before.categories.find((other) => other.slug === category.slug) }}
              />
            ))}
          </div>
        </>
      )}
      <section aria-labelledby="award-rules">
        <h2 id="award-rules">Who can win</h2>
        <p>
          A park or ride enters when at least half of its open time in the year was watched, and when it has at least a tenth of the open
          days of the best recorded park of that year. A ride must also have run on at least half of the days on which it counted. So
          nobody wins with one lucky week, and nobody loses by one bad one.
        </p>
      </section>
    </div>
  );
}

function NoWinners({ year, isFiltered }: { year: number; isFiltered: boolean }) {
  return (
    <Empty title={`No awards for ${year}${isFiltered ? " here" : ""}`}>
      <p>
        No park or ride {isFiltered ? "chosen here " : ""}was watched long enough in {year}.{" "}
        {isFiltered ? <Link href={`/awards?year=${year}`}>Show every park</Link> : <Link href="/data">See what was recorded</Link>}.
      </p>
    </Empty>
  );
}

/** A shared link to one award leads to it, though it is drawn only once the data is there. */
function useHashScroll(isReady: boolean): void {
  useEffect(() => {
    const name = window.location.hash.slice(1);
    if (isReady && name !== "") document.getElementById(name)?.scrollIntoView();
  }, [isReady]);
}
