import { signed } from "../lib/format";
import { NoData } from "./Figure";

/** A change of uptime in points: sign, arrow and colour. */
export function TrendMark({ points }: { points: number | null | undefined }) {
  if (points === null || points === undefined) return <NoData words="no comparison" />;
  const [way, arrow] = points > 0 ? ["better", "▲"] : points < 0 ? ["worse", "▼"] : ["same", "="];
  return (
    <span className={`trend ${way}`}>
      <span className="trend-arrow" aria-hidden="true">
        {arrow}
      </span>
      {signed(points)}
      <span className="visually-hidden"> points of uptime</span>
    </span>
  );
}
