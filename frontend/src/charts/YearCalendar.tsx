import { Fragment } from "preact/compat";
import { addDays, longDate } from "../lib/time";
import { BandSign } from "./BandSign";
import { blocksOf, placeOfDay, widestBlock } from "./geometry/grid";
import { MEASURES, type Measure, type MeasureKey, stepOf } from "./measures";
import { type ArrowKey, Plot } from "./Plot";
import { linesOf } from "./PointsChart";
import type { ChartPoint } from "./types";
import { useWidth } from "./useWidth";

interface YearCalendarProps {
  year: number;
  /** The days of the year, `grain=day`. Days that are not among them have no data. */
  points: readonly ChartPoint[];
  measure: MeasureKey;
  title: string;
  /** The park's today: what comes after it is still to come. */
  today: string;
  /** A day was chosen. */
  onDay?: (date: string) => void;
}

const LEFT = 30;
const HEAD = 20;
const BLOCK_GAP = 8;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Days would be smaller than this (pixels): cut the year instead. */
const SMALLEST_DAY = 13;
/** A calendar that begins later in a month leaves its name to the next one. */
const LATEST_LABEL = 15;

/**
 * A year from its first recorded day on, as weeks across and weekdays down; in two or three parts, one under the other, where it is
 * narrow.
 */
export function YearCalendar({ year, points, measure: key, title, today, onDay }: YearCalendarProps) {
  const [ref, width] = useWidth();
  const measure = MEASURES[key];
  const first = firstRecorded(points) ?? `${year}-01-01`;
  const from = Number(first.slice(5, 7));
  const cut = [1, 2].find(count => (width - LEFT) / widestBlock(year, count, from) >= SMALLEST_DAY) ?? 3;
  const blocks = blocksOf(cut, from);
  const size = Math.min(22, (width - LEFT) / widestBlock(year, cut, from));
  const blockHeight = HEAD + 7 * size + BLOCK_GAP;
  const height = blocks * blockHeight;
  const known = new Map(points.flatMap(point => (point.date === undefined ? [] : [[point.date, point]])));
  const dates = datesOf(year).filter(date => date >= first);
  const start = placeOfDay(first, cut, from).column;
  const placed = dates.map(date => {
    const { block, column, row } = placeOfDay(date, cut, from);
    return {
      date,
      point: known.get(date) ?? emptyDay(date, today),
      x: LEFT + (column - (block === 0 ? start : 0)) * size,
      y: block * blockHeight + HEAD + row * size,
    };
  });
  const stops = placed.map(({ date, point, x, y }) => ({
    x,
    y,
    width: size,
    height: size,
    title: longDate(date),
    lines: linesOf(point, measure),
  }));
  const withValue = points.filter(point => measure.value(point) !== null).length;
  return (
    <div className="chart-box" ref={ref}>
      <Plot
        title={title}
        description={`${measure.label} of every day of ${year} from ${longDate(first)} on: ${withValue} of ${dates.length} days have a value.`}
        width={width}
        height={height}
        stops={stops}
        step={(at, arrow) => at + STEPS[arrow]}
        {...(onDay && { onChoose: (at: number) => onDay(dates[at] ?? `${year}-01-01`) })}
      >
        {Array.from({ length: blocks }, (_, block) => (
          <Fragment key={block}>
            {["Mon", "Wed", "Fri", "Sun"].map((name, at) => (
              <text
                key={name}
                className="tick small-tick"
                x={LEFT - 4}
                y={block * blockHeight + HEAD + (2 * at + 0.5) * size + 4}
              >
                {name}
              </text>
            ))}
          </Fragment>
        ))}
        {placed
          .filter(({ date }) => date.endsWith("-01") || (date === first && Number(date.slice(8)) <= LATEST_LABEL))
          .map(({ date, x, y }) => (
            <text
              key={date}
              className="label month-label"
              x={x + size}
              y={y - placeOfDay(date, cut, from).row * size - 6}
            >
              {MONTHS[Number(date.slice(5, 7)) - 1]}
            </text>
          ))}
        {placed.map(({ date, point, x, y }) => (
          <Day key={date} point={point} measure={measure} x={x + 1} y={y + 1} size={size - 2} />
        ))}
      </Plot>
    </div>
  );
}

const STEPS: Record<ArrowKey, number> = { ArrowLeft: -7, ArrowRight: 7, ArrowUp: -1, ArrowDown: 1 };

/** The first day of which anything is known. */
function firstRecorded(points: readonly ChartPoint[]): string | undefined {
  return points.find(({ state }) => state !== "not_watched" && state !== "no_data_yet")?.date;
}

function emptyDay(date: string, today: string): ChartPoint {
  return { date, state: date > today ? "no_data_yet" : "not_watched" };
}

function datesOf(year: number): string[] {
  const dates: string[] = [];
  for (let date = `${year}-01-01`; date.startsWith(String(year)); date = addDays(date, 1)) dates.push(date);
  return dates;
}

interface DayProps {
  point: ChartPoint;
  measure: Measure;
  x: number;
  y: number;
  size: number;
}

function Day({ point, measure, x, y, size }: DayProps) {
  const box = { x, y, width: size, height: size, rx: Math.min(3, size / 4) };
  const value = measure.value(point);
  if (value === null) {
    if (point.state === "closed")
      return <path className="closed-cell" d={`M${x + size * 0.25} ${y + size / 2}h${size * 0.5}`} />;
    if (point.state === "no_data_yet") return <rect className="to-come-cell" {...box} />;
    if (point.state === "open") return <circle className="nothing" cx={x + size / 2} cy={y + size / 2} r="2" />;
    return <rect className="missing missing-cell" {...box} />;
  }
  const step = stepOf(measure, value);
  if (measure.key === "score") {
    return (
      <g>
        <rect className={`fill-band-${step}`} {...box} />
        <BandSign
          level={step}
          x={x + size / 2}
          y={y + size / 2}
          size={size * 0.62}
          className={`cell-sign on-${step}`}
        />
      </g>
    );
  }
  const strength = measure.isHighGood ? 6 - step : step;
  return (
    <g>
      <rect className={`step-${strength}`} {...box} />
      <circle
        className={`cell-dot on-step-${strength}`}
        cx={x + size / 2}
        cy={y + size / 2}
        r={(size * (strength - 0.4)) / 14}
      />
    </g>
  );
}
