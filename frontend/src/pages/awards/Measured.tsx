import { Figure, Percent, ScoreBadge, TrendMark } from "../../components";
import type { Winner } from "./awards";

/** The figure an award is given for, written as everywhere else. */
export function Measured({ winner, measure }: { winner: Winner; measure: string }) {
  const value = (winner as unknown as Record<string, unknown>)[measure];
  const figure = typeof value === "number" ? value : null;
  if (measure === "shame_score") return <ScoreBadge score={figure} />;
  if (measure === "trend_points") return <TrendMark points={figure} />;
  if (measure === "uptime_percent" || measure === "comparable_uptime_percent") {
    return (
      <span>
        <Percent value={figure} /> <span className="sub">uptime</span>
      </span>
    );
  }
  if (measure.endsWith("_wait_minutes")) {
    return (
      <span>
        <Figure value={figure} unit="min" /> <span className="sub">{measure.startsWith("max") ? "at most" : "on average"}</span>
      </span>
    );
  }
  if (measure === "total_downtime_hours") return <Figure value={figure} digits={1} unit="h" />;
  return <Figure value={figure} digits={2} />;
}
