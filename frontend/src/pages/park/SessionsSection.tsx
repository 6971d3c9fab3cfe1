import { Link } from "wouter";
import { useApi } from "../../api/client";
import { DataTable, Failure, LocalTime, Percent, ScoreBadge, Skeleton, StaleNotice, useMore, type Column } from "../../components";
import { capital } from "../../lib/format";
import { zoneName } from "../../lib/time";
import type { ParkDay, ParkDetails, ParkInfo } from "./answers";
import { evidenceWords } from "./words";

/** The last 30 days: when the park counted as open, on what grounds, and what came of it. */
export function SessionsSection({ park }: { park: ParkInfo }) {
  const answer = useApi<ParkDetails>(`/api/parks/${park.park_slug}/details`, { period: "30days" });
  const days = answer.data?.data.days ?? [];
  const [shown, more] = useMore(days, 8, "days");
  if (answer.data === undefined) {
    return answer.error === null ? <Skeleton rows={8} /> : <Failure error={answer.error} retry={answer.refetch} />;
  }
  if (days.length === 0) return <p>No day of the last 30 has any record.</p>;
  return (
    <>
      <StaleNotice isStale={answer.isStale} asOf={answer.data.data_as_of} error={answer.error} retry={answer.refetch} />
      <DataTable
        columns={columns(park)}
        rows={shown}
        rowKey={(day) => day.date}
        caption={`When the park counted as open, newest day first. Times of the park (${park.timezone}).`}
        className="plain cards"
        isSorted
      />
      {more}
    </>
  );
}

function columns(park: ParkInfo): Column<ParkDay>[] {
  const zone = park.timezone;
  return [
    {
      id: "date",
      header: "Day",
      isRowHeader: true,
      cell: (day) => <Link href={`/parks/${park.park_slug}?end=${day.date}&start=${day.date}`}>{weekdayDate(day.date)}</Link>,
    },
    {
      id: "open",
      header: "Open",
      className: "wide",
      numeric: false,
      cell: (day) =>
        day.windows.length === 0 ? (
          <span className="quiet">{day.evidence === "no_data" ? "not known" : "closed"}</span>
        ) : (
          day.windows.map((window, at) => (
            <span key={window.start} className="window">
              <LocalTime iso={window.start} zone={zone} /> to <LocalTime iso={window.end} zone={zone} />{" "}
              <span className="sub">{zoneName(window.end, zone)}</span>
              {at < day.windows.length - 1 && <>,&nbsp;</>}
              {at === day.windows.length - 1 && day.hours_words !== null && <span className="sub">{day.hours_words}</span>}
            </span>
          ))
        ),
    },
    {
      id: "evidence",
      header: "Known from",
      className: "wide",
      numeric: false,
      cell: (day) => (
        <>
          {capital(evidenceWords(day.evidence))}
          {day.origin !== "live" && <span className="sub"> (archive)</span>}
          {day.judged_words !== null && <span className="sub"> {day.judged_words}</span>}
        </>
      ),
    },
    { id: "score", header: "Score", numeric: false, cell: (day) => <ScoreBadge score={day.shame_score} /> },
    { id: "coverage", header: "Watched", cell: (day) => <Percent value={day.coverage_percent} digits={0} /> },
  ];
}

const weekday = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" });
const weekdayDate = (date: string): string => weekday.format(new Date(`${date}T00:00:00Z`));
