import { signed } from "../lib/format";
import { trendWords } from "../lib/wording";
import { NoData } from "./Figure";

/** A change of uptime in points: sign, arrow and colour. `unit` is for those who cannot see it; "" where the text says it. */
export function TrendMark({ points, reason, unit = "points of uptime" }: { points: number | null | undefined; reason?: string | null; unit?: string }) {
  if (points === null || points === undefined) return <NoData words={reason ? `no comparison: ${trendWords(reason)}` : "no comparison"} />;
  const [way, arrow] = points > 0 ? ["better", "▲"] : points < 0 ? ["worse", "▼"] : ["same", ""];
  return (
    <span className={`trend ${way}`}>
      {arrow !== "" && (
        <span className="trend-arrow" aria-hidden="true">
          {arrow}
        </span>
      )}
      {signed(points)}
      {unit !== "" && <span className="visually-hidden"> {unit}</span>}
    </span>
  );
}
