import type { ReactNode } from "react";
import { Link } from "wouter";
import type { PeriodBody } from "../../api/rows";
import { Figure, NoData, Percent, ScoreBadge, SourceLinks } from "../../components";
import { signed } from "../../lib/format";
import { spanOf } from "../../lib/time";
import { addressWith } from "../../lib/urlState";
import { trendWords, unrankedWords } from "../../lib/wording";
import { Bound, Reason } from "../ranking/cells";
import { isBetter, isRide, nameOf, pathOf, type Change, type Comparison, type CompareRow, type Subject } from "./comparison";

interface Line {
  label: string;
  figure: (subject: Subject) => ReactNode;
  /** The change it has, and how it is written. */
  change?: { of: keyof Change; digits: number; unit: string; words: string };
  of?: "park" | "ride";
}

const LINES: readonly Line[] = [
  {
    label: "Comparable score",
    of: "park",
    figure: (subject) => <Figure value={isRide(subject) ? null : subject.comparable_score} digits={2} />,
    change: { of: "comparable_score", digits: 2, unit: "", words: "of comparable score" },
  },
  {
    label: "Shame score",
    of: "park",
    figure: (subject) => <ScoreBadge score={isRide(subject) ? null : subject.shame_score} bound={<Bound row={subject} />} />,
    change: { of: "shame_score", digits: 2, unit: "", words: "of score" },
  },
  {
    label: "Uptime",
    figure: (subject) => (
      <>
        {subject.uptime_percent !== null && <Bound row={subject} isMost />}
        <Percent value={subject.uptime_percent} />
      </>
    ),
    change: { of: "uptime_percent", digits: 1, unit: "points", words: "of uptime" },
  },
  {
    label: "Ride-hours lost",
    figure: (subject) => (
      <>
        <Bound row={subject} />
        <Figure value={subject.total_downtime_hours} digits={1} unit="h" />
      </>
    ),
    change: { of: "downtime_minutes_per_open_hour", digits: 2, unit: "min per open hour", words: "lost" },
  },
  {
    label: "Average wait",
    figure: (subject) => <Figure value={subject.average_wait_minutes} unit="min" />,
    change: { of: "average_wait_minutes", digits: 1, unit: "min", words: "of wait" },
  },
  { label: "Longest wait", figure: (subject) => <Figure value={subject.max_wait_minutes} unit="min" /> },
  { label: "Outages", of: "ride", figure: (subject) => <Figure value={isRide(subject) ? subject.outages : null} /> },
  {
    label: "Rides that lost time",
    of: "park",
    figure: (subject) =>
      isRide(subject) ? null : (
        <>
          <Figure value={subject.rides_down} />
          {subject.rides_down !== null && subject.rides_eligible !== null && <span className="of"> of {subject.rides_eligible}</span>}
        </>
      ),
  },
  { label: "Rank among all", figure: (subject) => <Figure value={subject.rank} /> },
  { label: "Watched", figure: (subject) => <Percent value={subject.coverage_percent} digits={0} /> },
];

const dates = (period: PeriodBody) => (period.start && period.end ? spanOf(period.start, period.end) : "each in its own days");

interface ComparedTableProps {
  comparison: Comparison;
  /** The first period in words. */
  words: string;
  period: Record<string, string>;
}

/** The figures, one column for each park or ride; with a second period also its figures and the change. */
export function ComparedTable({ comparison, words, period }: ComparedTableProps) {
  const { kind, first, second, rows } = comparison;
  const lines = LINES.filter((line) => line.of === undefined || line.of === kind);
  return (
    <div className="table-wrap compare-wrap" tabIndex={0} role="region" aria-label="The comparison; it scrolls sideways on narrow screens">
      <table className="compare-table">
        <caption>
          <b>{first.label}</b> ({dates(first)})
          {second && (
            <>
              , against <b>{dates(second)}</b>. A change is the first minus the second; it needs both to be recorded on half of their days and watched for half of their open time
            </>
          )}
          .
        </caption>
        <thead>
          <tr>
            <th scope="col">
              <span className="visually-hidden">Figure</span>
            </th>
            {rows.map((row, index) => (
              <th key={row.id} scope="col" className={`subject subject-${index + 1}`}>
                <Link href={addressWith(pathOf(row.first), {}, period)} title={`${nameOf(row.first)}, ${words}`}>
                  {nameOf(row.first)}
                </Link>
                <span className="sub">
                  {isRide(row.first) ? row.first.park_name : [row.first.operator, row.first.country].filter(Boolean).join(" · ")}
                </span>
                <Reason row={row.first} />
                {row.change_reason !== null && <span className="reason">Not compared: {trendWords(row.change_reason)}</span>}
                {row.second && row.second.unranked_reason !== null && row.second.unranked_reason !== row.first.unranked_reason && (
                  <span className="reason">Before: {unrankedWords(row.second.unranked_reason).toLowerCase()}</span>
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <tr key={line.label}>
              <th scope="row">{line.label}</th>
              {rows.map((row) => (
                <td key={row.id}>
                  <Cell line={line} row={row} />
                </td>
              ))}
            </tr>
          ))}
          <tr>
            <th scope="row">At the sources</th>
            {rows.map((row) => (
              <td key={row.id}>
                <SourceLinks queueTimesUrl={row.first.queue_times_url} themeparksWikiUrl={row.first.themeparks_wiki_url} name={nameOf(row.first)} />
              </td>
            ))}
          </tr>
        </tbody>
      </table>
    </div>
  );
}

/** Whether there is anything to compare: of a time that nobody watched, a dash says enough. */
const isKnown = (subject: Subject) => subject.coverage_percent !== null;

function Cell({ line, row }: { line: Line; row: CompareRow }) {
  return (
    <>
      <span className="compare-first">{line.figure(row.first)}</span>
      {row.second && (
        <span className="compare-second">
          <span className="sub">was</span> {line.figure(row.second)}
        </span>
      )}
      {row.second && isKnown(row.first) && isKnown(row.second) && line.change && <ChangeMark value={row.change?.[line.change.of] ?? null} change={line.change} />}
    </>
  );
}

/** A change with its sign, in colour and words for better or worse. */
function ChangeMark({ value, change }: { value: number | null; change: NonNullable<Line["change"]> }) {
  if (value === null) {
    return (
      <span className="compare-change">
        <NoData words="no comparison" />
      </span>
    );
  }
  const way = value === 0 ? "same" : isBetter(change.of, value) ? "better" : "worse";
  return (
    <span className={`compare-change trend ${way}`}>
      <span className="trend-arrow" aria-hidden="true">
        {value === 0 ? "=" : value > 0 ? "▲" : "▼"}
      </span>{" "}
      {signed(value, change.digits, change.unit)}
      <span className="visually-hidden"> {change.words}</span>{" "}
      <span className="sub">{way === "same" ? "unchanged" : way}</span>
    </span>
  );
}
