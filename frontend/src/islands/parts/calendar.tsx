/**
 * Every day of a year. `data-src`: a daily series of the API; `data-measure`, `data-year`, `data-title`; `data-today`: the park's own;
 * `data-day-href`: the address of a day, with DAY in the place of its date.
 */
import { fetchAnswer } from "../../api/answers";
import { MeasureLegend } from "../../charts/Legends";
import { MEASURES, type MeasureKey } from "../../charts/measures";
import type { ChartPoint } from "../../charts/types";
import { YearCalendar } from "../../charts/YearCalendar";
import { draw } from "../draw";
import type { Mount } from "../mount";
import { attribute } from "../table";

const mount: Mount = async (view, host) => {
  const load = async () => {
    const measure = attribute(host, "measure") as MeasureKey;
    if (!(measure in MEASURES)) throw new Error(`no measure is called ${measure}`);
    const today = attribute(host, "today");
    const body = await fetchAnswer(attribute(host, "src"));
    const { points } = body.data as { points: ChartPoint[] };
    const go = (date: string) => date <= today && location.assign(attribute(host, "dayHref").replaceAll("DAY", date));
    return (
      <figure className="chart">
        <YearCalendar
          year={Number(attribute(host, "year"))}
          points={points}
          measure={measure}
          title={attribute(host, "title")}
          today={today}
          onDay={go}
        />
        <figcaption>
          <MeasureLegend measure={measure} asSteps />
        </figcaption>
      </figure>
    );
  };
  const show = draw(view, await load());
  return async () => show(await load());
};
export default mount;
