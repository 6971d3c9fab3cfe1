import { counted, duration, number } from "../../lib/format";
import { CHANCE_REASONS } from "./words";
import type { DownNow } from "./board";

/** How likely the ride runs again soon, or why that is not said; and its own outages that lasted longer. */
export function Chances({ ride }: { ride: DownNow }) {
  const rest = ride.comparable_outages;
  const chances = [
    { minutes: 15, percent: ride.chance_15_percent, reason: ride.chance_15_reason },
    { minutes: 30, percent: ride.chance_30_percent, reason: ride.chance_30_reason },
    { minutes: 60, percent: ride.chance_60_percent, reason: ride.chance_60_reason },
  ];
  const reasons = [...new Set(chances.flatMap((chance) => chance.reason ?? []))];
  return (
    <div className="chances">
      <p className="chances-title">Chance to run again within</p>
      <dl>
        {chances.map(
          ({ minutes, percent }) =>
            percent !== null && (
              <div key={minutes}>
                <dt>
                  {minutes}&nbsp;min
                </dt>
                <dd>
                  <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
                    <rect className="chance-ground" width="100" height="8" />
                    <rect className="chance-share" width={percent} height="8" />
                  </svg>
                  <b>{number(percent, 0, "%")}</b>
                </dd>
              </div>
            ),
        )}
      </dl>
      {reasons.map((reason) => (
        <p key={reason} className="chance-none small">
          {chances
            .filter((chance) => chance.reason === reason)
            .map((chance) => chance.minutes)
            .join(", ")}
          &nbsp;min not shown: {CHANCE_REASONS[reason]}.
        </p>
      ))}
      <p className="small">
        {rest === 0 ? (
          <>None of its outages of this kind of the last year lasted longer than this one so far.</>
        ) : (
          <>
            Of its {counted(rest, "outage")} of this kind of the last year that lasted longer than this one so far, {number(ride.reopened_within_15)}{" "}
            {ride.reopened_within_15 === 1 ? "was" : "were"} over within 15 more minutes, {number(ride.reopened_within_30)} within 30,{" "}
            {number(ride.reopened_within_60)} within 60.
          </>
        )}
        {ride.median_seconds !== null && <> Half of all its outages cost less than {duration(Math.round(ride.median_seconds))}.</>}{" "}
        <a href="/data#chances">How right chances are</a>
      </p>
    </div>
  );
}
