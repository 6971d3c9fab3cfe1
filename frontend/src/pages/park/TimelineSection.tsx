import { useState } from "react";
import { useApi } from "../../api/client";
import { TimelineLegend } from "../../charts/Legends";
import { TimelineStrip } from "../../charts/lazy";
import { TableView } from "../../charts/TableView";
import { timelineTable } from "../../charts/tables";
import { ChartFrame, Empty, Failure, Skeleton, StaleNotice } from "../../components";
import { addDays, dateIn, longDate } from "../../lib/time";
import { pick } from "../../lib/urlState";
import type { ParkInfo, ParkTimeline } from "./answers";
import { busyPart } from "../../charts/geometry/busyPart";
import { useNearestDay } from "./nearest";
import { dateOr, type View } from "./useView";
import { missingWords } from "./words";

interface TimelineSectionProps {
  park: ParkInfo;
  /** The last day of the page's period: the day shown unless another is chosen. */
  lastDay: string;
  view: View;
}

/** What every ride did over one day. */
export function TimelineSection({ park, lastDay, view }: TimelineSectionProps) {
  const today = dateIn(park.timezone);
  const date = dateOr(view.state["date"]) ?? lastDay;
  const answer = useApi<ParkTimeline>(
    `/api/parks/${park.park_slug}/timeline`,
    { ...pick(view.state, ["non_rides"]), date: date === today ? null : date },
    { live: date === today },
  );
  const [showsAll, setShowsAll] = useState(false);
  const shown = answer.data?.data;
  const title = `Every ride on ${longDate(shown?.date ?? date)}`;
  const choose = (day: string) => view.set({ date: day === lastDay ? null : day });
  const controls = <DayPicker date={date} today={today} onChoose={choose} />;
  if (shown === undefined) {
    return (
      <>
        <h2>{title}</h2>
        {controls}
        {answer.error === null ? <Skeleton rows={12} label="Loading the day" /> : <Failure error={answer.error} retry={answer.refetch} />}
      </>
    );
  }
  const counted = shown.rides.filter((ride) => ride.eligible);
  const others = shown.rides.length - counted.length;
  const rides = showsAll ? shown.rides : counted;
  // Without open hours nothing on it would count: better said than drawn.
  const isClosed = shown.windows.length === 0 && shown.missing_reason === null;
  const hasRows = !isClosed && rides.some((ride) => ride.segments.length > 0);
  const [from, to] = busyPart(shown.starts_at, shown.ends_at, shown.windows, rides);
  return (
    <>
      <StaleNotice isStale={answer.isStale} asOf={answer.data?.data_as_of} error={answer.error} retry={answer.refetch} />
      <ChartFrame
        title={title}
        note={hasRows ? `Times of the park (${shown.timezone}). Rides are in order of how much they lost. Go from stretch to stretch with the arrow keys.` : undefined}
        controls={controls}
        legend={hasRows ? <TimelineLegend /> : undefined}
        table={<TableView table={timelineTable(rides, shown.timezone, title)} />}
      >
        {!hasRows ? (
          <WithoutRows park={park} shown={shown} isClosed={isClosed} onChoose={choose} />
        ) : (
          <TimelineStrip
            rides={inOrderOfLoss(rides)}
            startsAt={from}
            endsAt={to}
            windows={shown.windows}
            timezone={shown.timezone}
            title={title}
            knownUntil={date === today ? shown.known_until : null}
          />
        )}
      </ChartFrame>
      {others > 0 && hasRows && (
        <p className="more">
          <button type="button" className="quiet-button" aria-pressed={showsAll} onClick={() => setShowsAll(!showsAll)}>
            {showsAll ? "Only the rides that count" : `Also the ${others} that do not count`}
          </button>
        </p>
      )}
    </>
  );
}

interface WithoutRowsProps {
  park: ParkInfo;
  shown: ParkTimeline;
  isClosed: boolean;
  onChoose: (date: string) => void;
}

/** Why a day has no timeline, and the nearest one that has. */
function WithoutRows({ park, shown, isClosed, onChoose }: WithoutRowsProps) {
  const nearest = useNearestDay(park, shown.date);
  return (
    <Empty title={isClosed ? "The park was closed" : "No timeline of this day"}>
      <p>
        {isClosed ? "It had no open hours on this day, so nothing could break down." : missingWords(shown.missing_reason)} Choose another day;{" "}
        <a href="#sessions">the sessions below</a> say which have a record.
      </p>
      {nearest !== null && (
        <p>
          <button type="button" className="quiet-button" onClick={() => onChoose(nearest)}>
            Show {longDate(nearest)}, the nearest day with data
          </button>
        </p>
      )}
    </Empty>
  );
}

type Ride = ParkTimeline["rides"][number];

/** Rides with the longest time down first; those alike by name. */
function inOrderOfLoss(rides: readonly Ride[]): Ride[] {
  const lost = (ride: Ride) =>
    ride.segments
      .filter((segment) => segment.counts_as_down && segment.in_window)
      .reduce((sum, segment) => sum + Date.parse(segment.end) - Date.parse(segment.start), 0);
  return [...rides].sort(
    (one, other) =>
      Number(other.eligible) - Number(one.eligible) || lost(other) - lost(one) || one.ride_name.localeCompare(other.ride_name, "en"),
  );
}

interface DayPickerProps {
  date: string;
  today: string;
  onChoose: (date: string) => void;
}

/** One day: the day before, any day, the day after. */
export function DayPicker({ date, today, onChoose }: DayPickerProps) {
  return (
    <div className="day-picker" role="group" aria-label="Day">
      <button type="button" className="quiet-button" onClick={() => onChoose(addDays(date, -1))}>
        <span aria-hidden="true">←</span> Day before
      </button>
      <label>
        <span className="visually-hidden">Day</span>
        <input type="date" value={date} min="2000-01-01" max={today} onChange={(event) => dateOr(event.target.value) && onChoose(event.target.value)} />
      </label>
      <button type="button" className="quiet-button" disabled={date >= today} onClick={() => onChoose(addDays(date, 1))}>
        Day after <span aria-hidden="true">→</span>
      </button>
    </div>
  );
}
