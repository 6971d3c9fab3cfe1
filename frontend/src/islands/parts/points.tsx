/**
 * Figures over time as a chart. `data-src`: an answer of the API whose `data` has `chart_data` (details) or `points` (series);
 * `data-measure`, `data-grain` ("hour" for a day's hours), `data-title`.
 */
import { fetchAnswer } from "../../api/answers";
import { HourChart } from "../../charts/HourChart";
import { MeasureLegend } from "../../charts/Legends";
import { MEASURES, type MeasureKey } from "../../charts/measures";
import { PointsChart } from "../../charts/PointsChart";
import type { ChartPoint } from "../../charts/types";
import { draw } from "../draw";
import type { Mount } from "../mount";
import { attribute } from "../table";

interface WithPoints {
  chart_data?: ChartPoint[];
  points?: ChartPoint[];
}

const mount: Mount = async (view, host) => {
  const load = async () => {
    const measure = attribute(host, "measure") as MeasureKey;
    if (!(measure in MEASURES)) throw new Error(`no measure is called ${measure}`);
    const body = await fetchAnswer(attribute(host, "src"));
    const data = body.data as WithPoints;
    const points = data.chart_data ?? data.points;
    if (points === undefined) throw new Error("the answer has no points");
    const Chart = host.dataset["grain"] === "hour" ? HourChart : PointsChart;
    return (
      <figure className="chart">
        <Chart points={points} measure={measure} title={attribute(host, "title")} />
        <figcaption>
          <MeasureLegend measure={measure} />
        </figcaption>
      </figure>
    );
  };
  const show = draw(view, await load());
  return async () => show(await load());
};
export default mount;
