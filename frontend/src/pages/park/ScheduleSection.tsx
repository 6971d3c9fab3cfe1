import { Link } from "wouter";
import { useApi } from "../../api/client";
import { DataTable, Failure, LocalTime, Skeleton, useMore, type Column } from "../../components";
import { addDays, dateIn, localTime, longDate, shortDate, zoneName } from "../../lib/time";
import type { ParkInfo, ScheduleEntry, ShowTime } from "./answers";
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

/** Shows of one day, each with all its times. */
export function ShowTimes({ park, date, view }: { park: ParkInfo; date: string; view: View }) {
  const today = dateIn(park.timezone);
  const answer = useApi<ShowTime[]>(`/api/parks/${park.park_slug}/showtimes`, { date: date === today ? null : date });
  const shows = byShow(answer.data?.data ?? []);
  const [shown, more] = useMore(shows, 8, "shows");
  if (answer.data === undefined) return answer.error === null ? <Skeleton rows={3} /> : null;
  return (
    <>
      <h3>Show times on {longDate(date)}</h3>
      {shows.length === 0 ? (
        <p>None are published for this day.</p>
      ) : (
        <>
          <ul className="shows">
            {shown.map((show) => (
              <li key={show.ride_id}>
                <Link href={`/rides/${show.ride_id}-${show.ride_slug}${view.query}`}>{show.ride_name}</Link>
                <span>{show.times.map((time) => localTime(time, park.timezone)).join(" · ")}</span>
              </li>
            ))}
          </ul>
          <p className="small">Times in {zoneName(shows[0]?.times[0] ?? `${date}T12:00:00Z`, park.timezone)}.</p>
          {more}
        </>
      )}
    </>
  );
}

interface Show {
  ride_id: number;
  ride_name: string;
  ride_slug: string;
  times: string[];
}

/** Each show once, with its times in order. */
export function byShow(times: readonly Pick<ShowTime, "ride_id" | "ride_name" | "ride_slug" | "starts_at">[]): Show[] {
  const shows = new Map<number, Show>();
  for (const time of times) {
    const { ride_id, ride_name, ride_slug } = time;
    const show = shows.get(ride_id) ?? { ride_id, ride_name, ride_slug, times: [] };
    if (!show.times.includes(time.starts_at)) show.times.push(time.starts_at);
    shows.set(ride_id, show);
  }
  for (const show of shows.values()) show.times.sort();
  return [...shows.values()].sort((one, other) => one.ride_name.localeCompare(other.ride_name, "en"));
}
