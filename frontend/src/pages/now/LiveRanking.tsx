import { Link } from "wouter";
import type { ParkRow } from "../../api/rows";
import { AtSource, Figure, ScoreBadge } from "../../components";
import { parkPath } from "../../lib/paths";

/** The top of the live ranking: the parks with the greatest share of their ride weight down at this moment. */
export function LiveRanking({ rows }: { rows: readonly ParkRow[] }) {
  return (
    <ol className="live-ranking">
      {rows.map((row) => (
        <li key={row.park_id}>
          <span className="rank">{row.rank}</span>
          <span className="who">
            <Link href={`${parkPath(row)}?period=live`}>{row.park_name}</Link>
            <span className="sub">
              <Figure value={row.rides_down} /> of <Figure value={row.rides_eligible} /> rides down
              <AtSource row={row} name={row.park_name} />
            </span>
          </span>
          <span>
            <ScoreBadge score={row.comparable_score} />
            {row.shame_score !== row.comparable_score && (
              <span className="sub">
                shame score <Figure value={row.shame_score} digits={2} />
              </span>
            )}
          </span>
        </li>
      ))}
    </ol>
  );
}
