/**
 * Up to six parks or rides side by side, in one period or two. Asks first, where anything is chosen, for `/api/compare` with `parks` or
 * `rides`, the period, `against`, `against_start` and `against_end` of the address.
 */
import { Link } from "wouter";
import { useApi, type ApiError, type ApiParameters } from "../api/client";
import type { SearchIndex } from "../api/rows";
import { TwoCastles } from "../art/Vignettes";
import { PageHead } from "../art/PageHead";
import { Empty, Failure, PeriodPicker, ServedSection, Skeleton, StaleNotice, Switch } from "../components";
import { capital } from "../lib/format";
import { PERIOD_PARAMETERS, periodName, periodWords } from "../lib/periods";
import { usePageMeta } from "../lib/title";
import { addressWith, pick, useQueryState } from "../lib/urlState";
import { AgainstPicker } from "./compare/AgainstPicker";
import { Chosen, SubjectSearch } from "./compare/Subjects";
import { ComparedSeries } from "./compare/ComparedSeries";
import { ComparedTable } from "./compare/ComparedTable";
import { nameOf, type Comparison } from "./compare/comparison";
import { keyOfMatch, MOST, readAgainst, readSelection, withAdded, unknownOf, without, writeSelection, type Selection } from "./compare/selection";

export default function ComparePage() {
  const [state, set] = useQueryState();
  const selection = readSelection(state);
  const against = periodName(state) === "live" ? "none" : readAgainst(state["against"]);
  const period = pick(state, PERIOD_PARAMETERS);
  const dates = against === "range" ? pick(state, ["against_start", "against_end"]) : {};
  const isWaiting = against === "range" && Object.keys(dates).length < 2;
  const asked: ApiParameters = {
    [selection.kind]: selection.chosen.join(","),
    ...period,
    against: against === "none" || isWaiting ? null : against,
    ...(isWaiting ? {} : dates),
  };
  const answer = useApi<Comparison>("/api/compare", asked, { enabled: selection.chosen.length > 0 });
  const index = useApi<SearchIndex>("/api/search-index");
  const comparison = selection.chosen.length === 0 ? undefined : answer.data?.data;
  const names = comparison?.rows.map((row) => nameOf(row.first)) ?? [];
  usePageMeta(
    names.length > 0 ? `${names.join(" and ")} side by side` : "Compare theme parks and rides",
    "Theme parks or rides side by side: shame score, uptime, time lost and waits, in one period or two.",
  );
  const choose = (next: Selection) => set(writeSelection(next));

  return (
    <div className="page compare-page">
      <PageHead title="Side by side" art={<TwoCastles />}>
        <p>Up to six parks or rides beside each other, in one period or in two.</p>
      </PageHead>
      <section className="compare-choice" aria-label="What to compare">
        <Switch
          label="Compare parks or rides"
          options={[
            ["parks", "Parks"],
            ["rides", "Rides"],
          ]}
          value={selection.kind}
          onChoose={(kind) => kind !== selection.kind && choose({ kind, chosen: [] })}
        />
        <Chosen selection={selection} index={index.data?.data} comparison={comparison} onRemove={(name) => choose(without(selection, name))} />
        {selection.chosen.length < MOST ? (
          <SubjectSearch
            kind={selection.kind}
            index={index.data?.data}
            error={index.error}
            chosen={selection.chosen}
            onChoose={(name) => choose(withAdded(selection, name))}
          />
        ) : (
          <p className="small">Six is the most. Take one away to add another.</p>
        )}
      </section>
      <PeriodPicker />
      <AgainstPicker against={against} isLive={periodName(state) === "live"} />
      <StaleNotice isStale={answer.isStale && comparison !== undefined} asOf={answer.data?.data_as_of} error={answer.error} retry={answer.refetch} />
      {selection.chosen.length === 0 ? (
        <ServedSection id="example" path="/compare" />
      ) : answer.error && (comparison === undefined || !answer.error.isPassing) ? (
        <Refused error={answer.error} retry={answer.refetch} selection={selection} index={index.data?.data} />
      ) : comparison === undefined ? (
        <Skeleton rows={9} label="Loading the comparison" />
      ) : (
        <div aria-busy={answer.isPrevious}>
          {isWaiting && <p className="notice">Choose both dates of the other range.</p>}
          <ComparedTable comparison={comparison} words={periodWords(state)} period={period} />
          {periodName(state) !== "live" && <ComparedSeries comparison={comparison} period={period} />}
        </div>
      )}
    </div>
  );
}

interface RefusedProps {
  error: ApiError;
  retry: () => void;
  selection: Selection;
  index: SearchIndex | undefined;
}

/** The comparison cannot be made; where a name is unknown, those that may have been meant take its place. */
function Refused({ error, retry, selection, index }: RefusedProps) {
  const [state] = useQueryState();
  const unknown = index === undefined ? [] : unknownOf(selection, index);
  const swaps = unknown[0] === undefined ? [] : error.nearMatches.flatMap((match) => (keyOfMatch(match) === null ? [] : [match]));
  if (error.status !== 404 || swaps.length === 0) return <Failure error={error} retry={retry} />;
  return (
    <Empty title="One of these is not known">
      <p>{capital(error.message)}. Did you mean</p>
      <ul className="near">
        {swaps.map((match) => {
          const key = keyOfMatch(match) ?? "";
          const chosen = [...new Set(selection.chosen.map((name) => (name === unknown[0] ? key : name)))];
          return (
            <li key={key}>
              <Link href={addressWith("/compare", state, writeSelection({ kind: selection.kind, chosen }))}>{match.ride_name ?? match.park_name}</Link>
            </li>
          );
        })}
      </ul>
    </Empty>
  );
}
