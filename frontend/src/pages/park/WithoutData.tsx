import { Link } from "wouter";
import { useApi } from "../../api/client";
import { RelativeTime } from "../../components";
import { counted } from "../../lib/format";
import { parkPath } from "../../lib/paths";
import { longDate, shortDate } from "../../lib/time";
import { unrankedWords } from "../../lib/wording";
import type { CoverageRow, ParkDetails } from "./answers";
import type { View } from "./useView";
import { useNearestDay } from "./nearest";
import { evidenceWords, feedWords } from "./words";

const ELSEWHERE = [
  ["yesterday", "yesterday"],
  ["7days", "the last 7 days"],
  ["30days", "the last 30 days"],
] as const;

/** A park without figures in the period: since when, why, and where to go on. */
export function WithoutData({ details, view }: { details: ParkDetails; view: View }) {
  const { park, summary, evidence } = details;
  // The record of a park stands in the list of its operator's parks.
  const answer = useApi<CoverageRow[]>("/api/coverage", { operator: park.operator, limit: 500 });
  const record = answer.data?.data.find((row) => row.park_id === park.park_id);
  const nearest = useNearestDay(park, summary.end_date);
  const next = nearest ?? record?.last_day;
  const isClosed = summary.unranked_reason === "closed";
  const path = parkPath(park);
  return (
    <div className="empty">
      <h2>{isClosed ? `Closed: no figures for ${view.during}` : `No figures for ${view.during}`}</h2>
      <p>
        {isClosed
          ? evidence === "no_activity"
            ? "The park counts as closed: too few rides were seen running, or at a single look alone. "
            : "The park had no open hours in this period. "
          : summary.unranked_reason !== null && `${unrankedWords(summary.unranked_reason)}. `}
        {evidence !== null && !isClosed && `What is known of the day: ${evidenceWords(evidence).replace(": ", ", ")}. `}
        {!park.is_active && "The park has vanished from its sources. "}
        {view.isLive && summary.observed_at !== null && (
          <>
            The last look was <RelativeTime iso={summary.observed_at} />.
          </>
        )}
      </p>
      {record !== undefined && (
        <p>
          {record.first_day === null || record.last_day === null ? (
            <>Nothing has been recorded of this park yet. It is read from {feedWords(record.primary_feed)} and appears with the first answer.</>
          ) : (
            <>
              The record of this park goes from {shortDate(record.first_day)} to {longDate(record.last_day)}:{" "}
              {counted(record.days_recorded, "day")}, read from {feedWords(record.primary_feed)}.{" "}
              <Link href={`${path}?end=${next}&start=${next}`}>See {longDate(next ?? record.last_day)}</Link>{nearest !== null && ", the nearest day with data"}.
            </>
          )}
        </p>
      )}
      {record !== undefined && record.findings.length > 0 && (
        <ul>
          {record.findings.map((finding) => (
            <li key={finding.kind + finding.detail}>
              {finding.detail} ({finding.resolved_at === null ? "last seen" : "resolved"} <RelativeTime iso={finding.resolved_at ?? finding.last_seen_at} />)
            </li>
          ))}
        </ul>
      )}
      <p>
        Look at{" "}
        {ELSEWHERE.filter(([period]) => period !== view.name).map(([period, words], at) => (
          <span key={period}>
            {at > 0 && " or "}
            <Link href={`${path}?period=${period}`}>{words}</Link>
          </span>
        ))}
        .
      </p>
    </div>
  );
}
