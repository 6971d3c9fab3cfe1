import { useApi } from "../../api/client";
import { MeasureLegend } from "../../charts/Legends";
import { Heatmap } from "../../charts/lazy";
import { MEASURES, type MeasureKey } from "../../charts/measures";
import { TableView } from "../../charts/TableView";
import { heatTable } from "../../charts/tables";
import { ChartFrame, Empty, Failure, Skeleton, StaleNotice, Switch } from "../../components";
import type { Heatmap as HeatmapAnswer } from "./answers";
import { chosen, patternPeriod, type View } from "./useView";

interface HeatSectionProps {
  /** The address of the park's or ride's heat map. */
  path: string;
  name: string;
  zone: string;
  title: string;
  measures: readonly MeasureKey[];
  view: View;
}

/** A typical week, hour by hour. */
export function HeatSection({ path, name, zone, title, measures, view }: HeatSectionProps) {
  const { parameters, words } = patternPeriod(view);
  const answer = useApi<HeatmapAnswer>(path, parameters);
  const measure = chosen(view.state["heat"], measures);
  const cells = answer.data?.data.cells;
  if (cells === undefined) {
    return (
      <>
        <h2>{title}</h2>
        {answer.error === null ? <Skeleton rows={7} /> : <Failure error={answer.error} retry={answer.refetch} />}
      </>
    );
  }
  const label = `${MEASURES[measure].label} of ${name} by hour and weekday, ${words}`;
  const hasValue = cells.some((cell) => MEASURES[measure].value(cell) !== null);
  return (
    <>
      <StaleNotice isStale={answer.isStale} asOf={answer.data?.data_as_of} error={answer.error} retry={answer.refetch} />
      <ChartFrame
        title={title}
        note={`Over ${words}; hours by the park's own clock (${zone}).`}
        controls={
          <Switch
            label="What the map shows"
            options={measures.map((key) => [key, MEASURES[key].short] as const)}
            value={measure}
            onChoose={(key) => view.set({ heat: key === measures[0] ? null : key })}
          />
        }
        legend={hasValue ? <MeasureLegend measure={measure} asSteps /> : undefined}
        table={<TableView table={heatTable(cells, measure, label)} />}
      >
        {hasValue ? (
          <Heatmap cells={cells} measure={measure} title={label} />
        ) : (
          <Empty title={measure === "wait" ? "No waits were posted" : "No hour has a value"}>
            <p>Over {words}, nothing of this kind was seen. A longer period may show more.</p>
          </Empty>
        )}
      </ChartFrame>
    </>
  );
}
