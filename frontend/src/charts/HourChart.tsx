import { trimmed } from "./geometry/points";
import type { MeasureKey } from "./measures";
import { PointsChart } from "./PointsChart";
import type { ChartPoint } from "./types";

interface HourChartProps {
  points: readonly ChartPoint[];
  measure: MeasureKey;
  title: string;
  height?: number;
}

/** The hours of one day, by the park's own clock; closed hours at both ends are cut off. */
export function HourChart({ points, measure, title, height }: HourChartProps) {
  return <PointsChart points={trimmed(points)} measure={measure} title={title} height={height ?? 230} />;
}
