/** A typical week as a heat map. `data-src`: its address in the API; `data-measure`: what it shows; `data-title`: its title. */
import { fetchAnswer } from "../../api/answers";
import { Heatmap } from "../../charts/Heatmap";
import { MeasureLegend } from "../../charts/Legends";
import { MEASURES, type MeasureKey } from "../../charts/measures";
import type { HeatCell } from "../../charts/types";
import { draw } from "../draw";
import type { Mount } from "../mount";
import { attribute } from "../table";

const mount: Mount = async (view, host) => {
  const load = async () => {
    const measure = attribute(host, "measure") as MeasureKey;
    if (!(measure in MEASURES)) throw new Error(`no measure is called ${measure}`);
    const { body } = await fetchAnswer(attribute(host, "src"));
    const { cells } = body.data as { cells: HeatCell[] };
    return (
      <figure className="chart">
        <Heatmap cells={cells} measure={measure} title={attribute(host, "title")} />
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
