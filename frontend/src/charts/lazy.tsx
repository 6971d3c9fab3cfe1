/** The charts as pages use them: loaded when the first one is shown, with its place kept meanwhile. */
import { lazy, Suspense, type ComponentProps, type ComponentType } from "react";
import { Skeleton } from "../components/Notices";

type Charts = typeof import("./index");

function later<Name extends keyof Charts>(name: Name, rows: number) {
  type Props = ComponentProps<Charts[Name]>;
  const Chart = lazy(async () => {
    const charts = await import("./index");
    return { default: charts[name] as unknown as ComponentType<Props> };
  });
  return function Later(props: Props) {
    return (
      <Suspense fallback={<Skeleton rows={rows} label="Loading the chart" />}>
        <Chart {...(props as Props & object)} />
      </Suspense>
    );
  };
}

export const HourChart = later("HourChart", 7);
export const PointsChart = later("PointsChart", 7);
export const Heatmap = later("Heatmap", 7);
export const YearCalendar = later("YearCalendar", 6);
export const TimelineStrip = later("TimelineStrip", 10);
