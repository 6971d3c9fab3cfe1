import { useApi } from "../../api/client";
import { MeasureLegend } from "../../charts/Legends";
import { YearCalendar } from "../../charts/lazy";
import { MEASURES, type MeasureKey } from "../../charts/measures";
import { TableView } from "../../charts/TableView";
import { calendarTable } from "../../charts/tables";
import { ChartFrame, Failure, Skeleton, Switch } from "../../components";
import { FIRST_YEAR } from "../../lib/periods";
import { dateIn } from "../../lib/time";
import type { Series } from "./answers";
import { chosen, type View } from "./useView";

interface CalendarSectionProps {
  /** The address of the park's or ride's series. */
  path: string;
  name: string;
  zone: string;
  measures: readonly MeasureKey[];
  view: View;
}

/** Every day of a year. A day leads to its own figures. */
export function CalendarSection({ path, name, zone, measures, view }: CalendarSectionProps) {
  const today = dateIn(zone);
  const thisYear = Number(today.slice(0, 4));
  const asked = Number(view.state["calendar"] ?? view.state["year"] ?? thisYear);
  const year = Number.isInteger(asked) && asked >= FIRST_YEAR && asked <= thisYear ? asked : thisYear;
  const measure = chosen(view.state["days"], measures);
  const answer = useApi<Series>(path, { grain: "day", year });
  const points = answer.isPrevious ? undefined : answer.data?.data.points;
  const title = `Every day of ${year}`;
  const label = `${MEASURES[measure].label} of ${name}, every day of ${year}`;
  const controls = (
    <div className="controls">
      <Switch
        label="What the calendar shows"
        options={measures.map((key) => [key, MEASURES[key].short] as const)}
        value={measure}
        onChoose={(key) => view.set({ days: key === measures[0] ? null : key })}
      />
      <div className="day-picker" role="group" aria-label="Year">
        <button type="button" className="quiet-button" disabled={year <= FIRST_YEAR} onClick={() => view.set({ calendar: year - 1 })}>
          <span aria-hidden="true">←</span> {year - 1}
        </button>
        <button type="button" className="quiet-button" disabled={year >= thisYear} onClick={() => view.set({ calendar: year + 1 === thisYear ? null : year + 1 })}>
          {year + 1} <span aria-hidden="true">→</span>
        </button>
      </div>
    </div>
  );
  if (points === undefined) {
    return (
      <>
        <h2>{title}</h2>
        {controls}
        {answer.error === null ? <Skeleton rows={7} /> : <Failure error={answer.error} retry={answer.refetch} />}
      </>
    );
  }
  return (
    <ChartFrame
      title={title}
      note="Choose a day to see its figures."
      controls={controls}
      legend={<MeasureLegend measure={measure} asSteps />}
      table={<TableView table={calendarTable(points, measure, label)} />}
    >
      <YearCalendar
        year={year}
        points={points}
        measure={measure}
        title={label}
        today={today}
        onDay={(date) => date <= today && view.set({ start: date, end: date, period: null, year: null, date: null, calendar: year === thisYear ? null : year })}
      />
    </ChartFrame>
  );
}
