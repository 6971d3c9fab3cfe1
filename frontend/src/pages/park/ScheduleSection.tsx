import { useApi } from "../../api/client";
import { DataTable, Failure, LocalTime, Skeleton, useMore, type Column } from "../../components";
import { addDays, dateIn, longDate, shortDate } from "../../lib/time";
import type { ParkInfo, ScheduleEntry } from "./answers";
import type { View } from "./useView";
import { scheduleWords } from "./words";

interface ScheduleSectionProps {
  park: ParkInfo;
  /** The published hours of the page's period. */
  ofPeriod: readonly ScheduleEntry[];
  view: View;
}

/** Published hours: the days to come, and those of the period. */
export function ScheduleSection({ park, ofPeriod, view }: ScheduleSectionProps) {
  const answer = useApi<ScheduleEntry[]>(`/api/parks/${park.park_slug}/schedule`);
  const today = dateIn(park.timezone);
  return (
    <>
      {answer.data === undefined ? (
        answer.error === null ? (
          <Skeleton rows={5} />
        ) : (
          <Failure error={answer.error} retry={answer.refetch} />
        )
      ) : answer.data.data.length === 0 ? (
        <p>
          {park.park_name} publishes no opening hours at the sources we read. What counts as open is then taken from the rides seen
          running.
        </p>
      ) : (
        <Published entries={answer.data.data} zone={park.timezone} caption={`Published for ${shortDate(today)} to ${shortDate(addDays(today, 30))}. Only regular opening counts.`} />
      )}
      {ofPeriod.length > 0 && !view.isRunning && (
        <details className="published">
          <summary>Published hours of {view.words}</summary>
          <Published entries={ofPeriod} zone={park.timezone} caption="As published. Only regular opening counts." />
        </details>
      )}
    </>
  );
}

function Published({ entries, zone, caption }: { entries: readonly ScheduleEntry[]; zone: string; caption: string }) {
  const [shown, more] = useMore(entries, 8, "entries");
  const columns: Column<ScheduleEntry>[] = [
    { id: "date", header: "Date", isRowHeader: true, cell: (entry) => longDate(entry.date).replace(/ \d{4}$/, "") },
    {
      id: "kind",
      header: "Kind",
      numeric: false,
      cell: (entry) => (
        <>
          <span className={entry.kind === "OPERATING" ? undefined : "quiet"}>{scheduleWords(entry.kind)}</span>
          {entry.description !== null && <span className="sub"> {entry.description}</span>}
        </>
      ),
    },
    { id: "opens", header: "Opens", cell: (entry) => <LocalTime iso={entry.opens_at} zone={zone} /> },
    { id: "closes", header: "Closes", cell: (entry) => <LocalTime iso={entry.closes_at} zone={zone} style="zoned" /> },
  ];
  return (
    <>
      <DataTable
        columns={columns}
        rows={shown}
        rowKey={(entry) => `${entry.date}-${entry.kind}-${entry.opens_at}`}
        caption={caption}
        className="plain cards"
        isSorted
      />
      {more}
    </>
  );
}
