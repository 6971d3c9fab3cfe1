import { MeasureLegend } from "../../charts/Legends";
import { HourChart, PointsChart } from "../../charts/lazy";
import { MEASURES, type MeasureKey } from "../../charts/measures";
import { TableView } from "../../charts/TableView";
import { pointsTable } from "../../charts/tables";
import type { ChartPoint, Grain } from "../../charts/types";
import { ChartFrame, Empty, Switch } from "../../components";
import { chosen, type View } from "./useView";

const GRAINS: Record<Grain, string> = {
  hour: "Hour by hour",
  day: "Day by day",
  week: "Week by week",
  month: "Month by month",
  year: "Year by year",
};

interface PeriodChartProps {
  name: string;
  zone: string;
  grain: Grain;
  points: readonly ChartPoint[];
  measures: readonly MeasureKey[];
  view: View;
}

/** The chart of the period, one measure at a time; which one is in the address. */
export function PeriodChart({ name, zone, grain, points, measures, view }: PeriodChartProps) {
  const measure = chosen(view.state["measure"], measures);
  const title = `${GRAINS[grain]}, ${view.isLive ? "today" : view.words}`;
  const during = view.isLive ? "today" : view.during;
  const isEmpty = points.every((point) => point.state === "no_data" || point.state === "to_come");
  if (isEmpty) {
    return (
      <Empty title={`No figures for ${during}`}>
        <p>Nothing was seen of {name} {view.isLive ? "yet today" : "in this period"}. Choose another period above.</p>
      </Empty>
    );
  }
  const label = `${MEASURES[measure].label} of ${name}, ${title.toLowerCase()}`;
  return (
    <ChartFrame
      title={title}
      note={grain === "hour" ? `Hours by the park's own clock (${zone}).` : `Days by the park's own calendar (${zone}).`}
      controls={
        <Switch
          label="What the chart shows"
          options={measures.map((key) => [key, MEASURES[key].short] as const)}
          value={measure}
          onChoose={(key) => view.set({ measure: key === measures[0] ? null : key })}
        />
      }
      legend={<MeasureLegend measure={measure} />}
      table={<TableView table={pointsTable(points, measures, label)} />}
    >
      {grain === "hour" ? (
        <HourChart points={points} measure={measure} title={label} />
      ) : (
        <PointsChart points={points} measure={measure} title={label} />
      )}
    </ChartFrame>
  );
}
