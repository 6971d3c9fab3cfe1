import { Link } from "wouter";
import { useApi } from "../../api/client";
import { DataTable, Empty, Failure, Figure, FILTER_PARAMETERS, NoData, ParkFilters, parseSort, Percent, Skeleton, StaleNotice, type Column } from "../../components";
import { counted } from "../../lib/format";
import { parkPath } from "../../lib/paths";
import { shortDate } from "../../lib/time";
import { pick, useQueryState } from "../../lib/urlState";
import type { CoverageRow, Finding } from "./rows";

const FEEDS: Record<string, string> = { queue_times: "Queue-Times.com", themeparks_wiki: "ThemeParks.wiki", archive: "ThemeParks.wiki archive" };

const day = (date: string | null) => (date === null ? <NoData /> : shortDate(date));

const COLUMNS: readonly Column<CoverageRow>[] = [
  {
    id: "name",
    header: "Park",
    isRowHeader: true,
    value: (row) => row.park_name,
    cell: (row) => (
      <>
        <Link href={parkPath(row)}>{row.park_name}</Link>
        <span className="sub">{[row.operator, row.country].filter(Boolean).join(" · ")}</span>
      </>
    ),
  },
  { id: "source", header: "Source", numeric: false, value: (row) => row.primary_feed, className: "wide", cell: (row) => <span className="nowrap">{FEEDS[row.primary_feed] ?? row.primary_feed}</span> },
  {
    id: "signal",
    header: "A breakdown is",
    title: "What the park's source says of a ride that broke down",
    numeric: false,
    value: (row) => row.breakdown_signal,
    cell: (row) => (row.breakdown_signal === "down" ? "“down”" : "“closed”"),
  },
  { id: "first", header: "First day", value: (row) => row.first_day, cell: (row) => day(row.first_day), largestFirst: false },
  { id: "last", header: "Last day", value: (row) => row.last_day, cell: (row) => day(row.last_day) },
  {
    id: "days",
    header: "Days recorded",
    value: (row) => row.days_recorded,
    cell: (row) => (
      <>
        <Figure value={row.days_recorded} />
        {row.days_archive > 0 && <span className="sub"> {row.days_archive} from the archive</span>}
      </>
    ),
  },
  { id: "open", header: "Open days", value: (row) => row.open_days, cell: (row) => <Figure value={row.open_days} /> },
  {
    id: "watched",
    header: "Watched",
    title: "Observed open time ÷ open time",
    value: (row) => row.coverage_percent,
    cell: (row) => <Percent value={row.coverage_percent} />,
    largestFirst: false,
  },
  { id: "findings", header: "Findings", value: (row) => row.findings.length, cell: (row) => <Findings findings={row.findings} />, numeric: false },
];

/** How well each park is watched, and what was odd in its record. */
export function CoverageSection() {
  const [state, set] = useQueryState();
  const answer = useApi<CoverageRow[]>("/api/coverage", { ...pick(state, FILTER_PARAMETERS), limit: 500 });
  const rows = answer.data?.data;
  return (
    <section id="coverage" aria-labelledby="coverage-title">
      <h2 id="coverage-title">Coverage and data quality</h2>
      <p>How long and how closely each park is watched, and what our checks found odd in its data. A finding is no verdict: it says what to look at twice.
        A day of which nothing at all is known is in no figure; such days show as the difference between calendar and days recorded.</p>
      <ParkFilters />
      <StaleNotice isStale={answer.isStale} asOf={answer.data?.data_as_of} error={answer.error} retry={answer.refetch} />
      {rows === undefined ? (
        answer.error ? <Failure error={answer.error} retry={answer.refetch} /> : <Skeleton rows={8} label="Loading the coverage" />
      ) : rows.length === 0 ? (
        <Empty title="No park matches">
          <p>
            No park fits these filters. <Link href="/data#coverage">Show every park</Link>.
          </p>
        </Empty>
      ) : (
        <DataTable
          className="plain cards sorts"
          columns={COLUMNS}
          rows={rows}
          rowKey={(row) => row.park_id}
          caption={`${counted(rows.length, "park")}, each by its own calendar`}
          sort={parseSort(state["sort"])}
          onSort={(sort) => set({ sort: `${sort.descending ? "-" : ""}${sort.id}` }, { replace: true })}
          isBusy={answer.isPrevious}
          groupOf={(row) => (row.first_day === null ? "Nothing recorded yet" : null)}
        />
      )}
    </section>
  );
}

function Findings({ findings }: { findings: readonly Finding[] }) {
  if (findings.length === 0) return <span className="sub">none</span>;
  return (
    <details className="findings">
      <summary>{counted(findings.length, "finding")}</summary>
      <ul>
        {findings.map((finding) => (
          <li key={`${finding.kind}-${finding.detail}`}>
            <b>{finding.kind.replaceAll("_", " ")}</b>: {finding.detail}{" "}
            <span className="sub">
              {shortDate(finding.first_seen_at.slice(0, 10))} to {shortDate(finding.last_seen_at.slice(0, 10))}, {counted(finding.occurrences, "time")}
              {finding.resolved_at !== null && `, resolved ${shortDate(finding.resolved_at.slice(0, 10))}`}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}
