import { counted } from "../lib/format";
import { clocks, hourOfAxis } from "../lib/time";
import { BandSign } from "./BandSign";
import { busyHours } from "./geometry/grid";
import { MEASURES, STATE_WORDS, stepOf, type Measure, type MeasureKey } from "./measures";
import { Plot, type ArrowKey, type Stop } from "./Plot";
import type { HeatCell } from "./types";
import { useWidth } from "./useWidth";
import { WEEKDAYS } from "./weekdays";

interface HeatmapProps {
  cells: readonly HeatCell[];
  measure: MeasureKey;
  title: string;
}

const LEFT = 40;
const TOP = 22;
const GAP = 2;

/** Hours across, weekdays down. A step is told by colour and by the size of its mark. */
export function Heatmap({ cells, measure: key, title }: HeatmapProps) {
  const [ref, width] = useWidth();
  const measure = MEASURES[key];
  const [first, last] = busyHours(cells);
  const hours = Array.from({ length: last - first + 1 }, (_, at) => first + at);
  const cellWidth = (width - LEFT - 2) / hours.length;
  const cellHeight = Math.max(20, Math.min(36, cellWidth * 0.8));
  const height = TOP + 7 * cellHeight + 4;
  const found = new Map(cells.map((cell) => [`${cell.weekday}-${cell.hour}`, cell]));
  const placed = WEEKDAYS.flatMap((_, row) =>
    hours.map((hour, column) => ({
      cell: found.get(`${row + 1}-${hour}`) ?? emptyCell(row + 1, hour),
      x: LEFT + column * cellWidth + GAP / 2,
      y: TOP + row * cellHeight + GAP / 2,
      width: cellWidth - GAP,
      height: cellHeight - GAP,
    })),
  );
  const every = [1, 2, 3, 4, 6].find((step) => cellWidth * step >= 22) ?? 6;
  return (
    <div className="chart-box" ref={ref}>
      <Plot
        title={title}
        description={describe(cells, measure)}
        width={width}
        height={height}
        stops={placed.map((place) => stopOf(place, measure))}
        step={(at, arrow) => stepInGrid(at, arrow, hours.length)}
      >
        {hours.map(
          (hour, column) =>
            hour % every === 0 && (
              <text key={hour} className="label" x={LEFT + (column + 0.5) * cellWidth} y="13">
                {hourOfAxis(String(hour).padStart(2, "0"))}
              </text>
            ),
        )}
        {WEEKDAYS.map((name, row) => (
          <text key={name} className="tick" x={LEFT - 6} y={TOP + (row + 0.5) * cellHeight + 4}>
            {name.slice(0, 3)}
          </text>
        ))}
        {placed.map((place) => (
          <Cell key={`${place.cell.weekday}-${place.cell.hour}`} {...place} measure={measure} />
        ))}
      </Plot>
    </div>
  );
}

interface PlacedCell {
  cell: HeatCell;
  x: number;
  y: number;
  width: number;
  height: number;
}

function Cell({ cell, x, y, width, height, measure }: PlacedCell & { measure: Measure }) {
  const value = measure.value(cell);
  const box = { x, y, width, height, rx: 3 };
  if (value === null) {
    if (cell.state === "not_watched") return <rect className="missing missing-cell" {...box} />;
    if (cell.state === "open") return <circle className="nothing" cx={x + width / 2} cy={y + height / 2} r="2.5" />;
    if (cell.state === "no_data_yet") return <rect className="to-come-cell" {...box} />;
    return <path className="closed-cell" d={`M${x + width * 0.3} ${y + height / 2}h${width * 0.4}`} />;
  }
  const step = stepOf(measure, value);
  const [middleX, middleY] = [x + width / 2, y + height / 2];
  const room = Math.min(width, height);
  if (measure.key === "score") {
    return (
      <g>
        <rect className={`fill-band-${step}`} {...box} />
        <BandSign level={step} x={middleX} y={middleY} size={room * 0.56} className={`cell-sign on-${step}`} />
      </g>
    );
  }
  // Uptime runs the other way round: what is worst is drawn strongest in every map.
  const strength = measure.isHighGood ? 6 - step : step;
  return (
    <g>
      <rect className={`step-${strength}`} {...box} />
      <circle className={`cell-dot on-step-${strength}`} cx={middleX} cy={middleY} r={(room * (strength - 0.4)) / 14} />
    </g>
  );
}

function emptyCell(weekday: number, hour: number): HeatCell {
  return { weekday, hour, days: 0, state: "not_watched" };
}

/** Arrows in a grid of so many columns; they stop at its edges. */
export function stepInGrid(at: number, key: ArrowKey, columns: number): number {
  const column = at % columns;
  if (key === "ArrowLeft") return column === 0 ? at : at - 1;
  if (key === "ArrowRight") return column === columns - 1 ? at : at + 1;
  return key === "ArrowUp" ? (at < columns ? at : at - columns) : at + columns;
}

function hourSpan(hour: number): string {
  const text = (of: number) => clocks(`${String(of).padStart(2, "0")}:00`);
  return `${text(hour)} to ${text((hour + 1) % 24)}`;
}

function stopOf(place: PlacedCell, measure: Measure): Stop {
  const { cell } = place;
  const value = measure.value(cell);
  const lines = value === null ? [cell.state === "open" && measure.key === "wait" ? "no wait posted" : STATE_WORDS[cell.state]] : [measure.words(value)];
  if (cell.days > 0) lines.push(`over ${counted(cell.days, "day")}`);
  return { ...place, title: `${WEEKDAYS[cell.weekday - 1]}, ${hourSpan(cell.hour)}`, lines };
}

function describe(cells: readonly HeatCell[], measure: Measure): string {
  const known = cells.filter((cell) => measure.value(cell) !== null);
  const worst = known.reduce<HeatCell | null>((so, cell) => {
    if (so === null) return cell;
    const [one, other] = [measure.value(cell) ?? 0, measure.value(so) ?? 0];
    return (measure.isHighGood ? one < other : one > other) ? cell : so;
  }, null);
  if (worst === null) return `${measure.label} by hour and weekday: no hour has a value.`;
  return `${measure.label} by hour and weekday. ${measure.isHighGood ? "Lowest" : "Highest"} on ${WEEKDAYS[worst.weekday - 1]}, ${hourSpan(worst.hour)}: ${measure.words(measure.value(worst) ?? 0)}.`;
}
