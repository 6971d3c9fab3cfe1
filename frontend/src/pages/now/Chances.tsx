import { duration, number } from "../../lib/format";
import type { DownNow } from "./board";

const FEWEST = 5;

/** How likely the ride runs again soon, by its own earlier outages; and on how many of them that rests. */
export function Chances({ ride }: { ride: DownNow }) {
  const rest = ride.comparable_outages;
  const chances = [
    { minutes: 15, percent: ride.chance_15_percent },
    { minutes: 30, percent: ride.chance_30_percent },
    { minutes: 60, percent: ride.chance_60_percent },
  ];
  if (chances.some((chance) => chance.percent === null)) {
    return (
      <p className="chance-none small">
        Too few to tell: {rest === 0 ? "none" : `only ${rest}`} of its outages of the last year lasted longer than this one so far. It takes{" "}
        {FEWEST}.
      </p>
    );
  }
  return (
    <div className="chances">
      <p className="chances-title">Chance to run again within</p>
      <dl>
        {chances.map(({ minutes, percent }) => (
          <div key={minutes}>
            <dt>
              {minutes}&nbsp;min
            </dt>
            <dd>
              <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
                <rect className="chance-ground" width="100" height="8" />
                <rect className="chance-share" width={percent ?? 0} height="8" />
              </svg>
              <b>{number(percent ?? 0, 0, "%")}</b>
            </dd>
          </div>
        ))}
      </dl>
      <p className="small">
        Of its {number(rest)} outages of the last year that lasted longer than this one so far, {number(ride.reopened_within_15)}{" "}
        {ride.reopened_within_15 === 1 ? "was" : "were"} over within 15 more minutes, {number(ride.reopened_within_30)} within 30,{" "}
        {number(ride.reopened_within_60)} within 60.
        {ride.median_seconds !== null && <> Half of all its outages cost less than {duration(Math.round(ride.median_seconds))}.</>}
      </p>
    </div>
  );
}
