import { longDate } from "../../lib/time";
import type { RideDetails } from "../park/answers";

/** The hours published for the ride itself, and when it usually runs. */
export function HoursSection({ details }: { details: RideDetails }) {
  const { published_hours: published, usual_hours: usual } = details;
  return (
    <>
      <h2 id="hours-title">Hours of this ride</h2>
      {published.length === 0 ? (
        <p>No hours of its own are published for this ride on these days: it is due to run while its park is open.</p>
      ) : (
        <ul className="own-hours">
          {published.map((hours) => (
            <li key={`${hours.kind} ${hours.opens_at} ${hours.closes_at}`}>
              {longDate(hours.date)}: {hours.kind} {hours.local_hours}
            </li>
          ))}
        </ul>
      )}
      {usual.length > 0 && (
        <ul className="usual-hours">
          {usual.map((day) => (
            <li key={day.weekday}>{day.text}</li>
          ))}
        </ul>
      )}
    </>
  );
}
