import { Link } from "wouter";
import { AtSource, Duration, LocalTime, NoData, Sign } from "../../components";
import { duration } from "../../lib/format";
import { parkPath, ridePath } from "../../lib/paths";
import { useNow } from "../../lib/time";
import { Chances } from "./Chances";
import { OUTAGE_KINDS } from "./words";
import type { DownNow, Reopened } from "./board";

/** The rides that are down, each as a card: since when, how, and how soon it may run again. */
export function DownBoard({ rides }: { rides: readonly DownNow[] }) {
  return (
    <ul className="board" role="list">
      {rides.map((ride) => (
        <li key={ride.ride_id} className={ride.tier === 1 ? "board-card flagship" : "board-card"}>
          <h3>
            <Link href={ridePath(ride)}>{ride.ride_name}</Link>
          </h3>
          <p className="board-park">
            <Link href={`${parkPath(ride)}?period=live`}>{ride.park_name}</Link>
            <span className="tier"> · {ride.tier_label}{ride.weight > 1 && ` ×${ride.weight}`}</span>
            <AtSource row={ride} name={ride.ride_name} />
          </p>
          <p className="board-since">
            <b>
              <DownFor since={ride.started_at} />
            </b>
            <span>
              since <LocalTime iso={ride.started_at} zone={ride.timezone} style="zoned" />
            </span>
          </p>
          <p className="board-kind">
            <span className={`kind-sign ${ride.kind}`} aria-hidden="true" />
            {OUTAGE_KINDS[ride.kind] ?? ride.kind}
            {ride.is_provisional && <span className="sub"> provisional: counts once it reopens</span>}
          </p>
          <Chances ride={ride} />
        </li>
      ))}
    </ul>
  );
}

/** How long a ride has been down; it ticks. */
function DownFor({ since }: { since: string }) {
  const now = useNow();
  return <>{duration(Math.max(60, Math.round((now - Date.parse(since)) / 1000)))}</>;
}

/** The rides that run again, with the instant and what the outage cost. */
export function ReopenedList({ rides }: { rides: readonly Reopened[] }) {
  return (
    <ul className="reopened">
      {rides.map((ride) => (
        <li key={`${ride.ride_id}-${ride.ended_at}`}>
          <Sign level={1} />
          <span>
            <Link href={ridePath(ride)}>{ride.ride_name}</Link>
            <span className="sub">
              {ride.park_name}
              <AtSource row={ride} name={ride.ride_name} />
            </span>
          </span>
          <span className="reopened-when">
            <LocalTime iso={ride.ended_at} zone={ride.timezone} style="zoned" />
            <span className="sub">
              {ride.downtime_seconds > 0 ? (
                <>
                  after <Duration seconds={ride.downtime_seconds} />
                </>
              ) : (
                <NoData />
              )}
            </span>
          </span>
        </li>
      ))}
    </ul>
  );
}
