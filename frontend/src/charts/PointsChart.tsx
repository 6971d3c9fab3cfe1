import { area as areaShape, line as lineShape } from "d3-shape";
import { bandOf } from "../lib/bands";
import { BandSign } from "./BandSign";
import {
  type Area,
  domainOf,
  labelStep,
  runsOf,
  type Slot,
  slotsOf,
  THINNEST_BAR,
  ticksOf,
  topOf,
} from "./geometry/points";
import { axisLabel, fullLabel } from "./labels";
import { MEASURES, type Measure, type MeasureKey, STATE_WORDS } from "./measures";
import { Plot, type Stop } from "./Plot";
import type { ChartPoint } from "./types";
import { useWidth } from "./useWidth";

interface PointsChartProps {
  points: readonly ChartPoint[];
  measure: MeasureKey;
  title: string;
  /** The same top of the axis for several charts side by side. */
  top?: number;
  height?: number;
}

const MARGIN = { left: 40, right: 6, top: 26, bottom: 24 };
const SIGN = 11;

/** A series of days, weeks, months or years: bars, and a line where bars would be too thin. */
export function PointsChart({ points, measure: key, title, top, height = 230 }: PointsChartProps) {
  const [ref, width] = useWidth();
  const measure = MEASURES[key];
  const area: Area = {
    left: MARGIN.left,
    right: width - MARGIN.right,
    top: MARGIN.top,
    bottom: height - MARGIN.bottom,
  };
  const scaled = top === undefined ? measure : { ...measure, tops: [top] };
  const slots = slotsOf(points, scaled, area);
  const values = slots.map(slot => slot.value);
  const isLine = (slots[0]?.width ?? 0) < THINNEST_BAR + 1;
  const every = labelStep(slots.length, area.right - area.left, points[0]?.local_hour === undefined ? 52 : 26);
  return (
    <div className="chart-box" ref={ref}>
      <Plot
        title={title}
        description={describe(points, measure)}
        width={width}
        height={height}
        stops={slots.map(slot => stopOf(slot, measure, area))}
      >
        <text className="axis-name" x="0" y="12">
          {measure.label}
        </text>
        {ticksOf(domainOf(scaled, values), area).map(tick => (
          <g key={tick.text}>
            <path className="grid" d={`M${area.left} ${tick.at}H${area.right}`} />
            <text className="tick" x={area.left - 10} y={tick.at + 4}>
              {tick.text}
            </text>
          </g>
        ))}
        {key === "score" && <Rail area={area} top={topOf(values, scaled.tops)} />}
        {slots.map(slot => (
          <Ground key={slot.x} slot={slot} area={area} />
        ))}
        {isLine ? (
          <Line slots={slots} area={area} />
        ) : (
          slots.map(slot => <Bar key={slot.x} slot={slot} measure={key} />)
        )}
        {slots.map(
          (slot, at) =>
            at % every === 0 && (
              <text key={slot.x} className="label" x={slot.x + slot.width / 2} y={height - 6}>
                {axisLabel(slot.point)}
              </text>
            ),
        )}
      </Plot>
    </div>
  );
}

/** The bands as a thin rail along the axis, so that a height says its band. */
function Rail({ area, top }: { area: Area; top: number }) {
  const borders = [0, 0.25, 0.5, 1, 2, Number.POSITIVE_INFINITY];
  const y = (score: number) => area.bottom - ((area.bottom - area.top) * Math.min(score, top)) / top;
  return (
    <g>
      {borders.slice(0, -1).map((from, at) => {
        const upper = y(borders[at + 1] ?? top);
        const lower = y(from);
        return lower > upper ? (
          <rect
            key={from}
            className={`fill-band-${at + 1}`}
            x={area.left - 6}
            y={upper}
            width="4"
            height={lower - upper}
          />
        ) : null;
      })}
    </g>
  );
}

/** What lies behind a place without a value. */
function Ground({ slot, area }: { slot: Slot<ChartPoint>; area: Area }) {
  const inset = Math.min(slot.width * 0.12, 4);
  const box = { x: slot.x + inset, width: Math.max(slot.width - 2 * inset, 0.5) };
  if (slot.kind === "not_watched")
    return <rect className="missing" {...box} y={area.top} height={area.bottom - area.top} />;
  if (slot.kind === "closed") return <rect className="closed" {...box} y={area.bottom - 3} height="3" />;
  if (slot.kind === "no_data_yet") {
    return <path className="to-come" d={`M${box.x} ${area.bottom - 1.5}h${box.width}`} />;
  }
  if (slot.kind === "nothing")
    return <circle className="nothing" cx={slot.x + slot.width / 2} cy={area.bottom - 4} r="2.5" />;
  return null;
}

function Bar({ slot, measure }: { slot: Slot<ChartPoint>; measure: MeasureKey }) {
  if (slot.value === null) return null;
  const inset = Math.min(slot.width * 0.12, 4);
  const width = Math.max(slot.width - 2 * inset, 0.5);
  const level = measure === "score" ? (bandOf(slot.value)?.level ?? 1) : null;
  return (
    <g>
      <rect
        className={level === null ? `bar bar-${measure}` : `bar fill-band-${level}`}
        x={slot.x + inset}
        y={slot.y}
        width={width}
        height={slot.height}
        rx={Math.min(3, width / 4)}
      />
      {level !== null && slot.width >= SIGN + 2 && (
        <BandSign level={level} x={slot.x + slot.width / 2} y={slot.y - 9} size={SIGN} />
      )}
    </g>
  );
}

function Line({ slots, area }: { slots: readonly Slot<ChartPoint>[]; area: Area }) {
  const x = (slot: Slot<ChartPoint>) => slot.x + slot.width / 2;
  const path = lineShape<Slot<ChartPoint>>(x, slot => slot.y);
  const filled = areaShape<Slot<ChartPoint>>(x, area.bottom, slot => slot.y);
  return (
    <g>
      {runsOf(slots).map(run =>
        run.length === 1 ? (
          run.map(slot => <circle key={slot.x} className="series-dot" cx={x(slot)} cy={slot.y} r="2" />)
        ) : (
          <g key={run[0]?.x}>
            <path className="series-area" d={filled(run) ?? ""} />
            <path className="series-line" d={path(run) ?? ""} />
          </g>
        ),
      )}
    </g>
  );
}

function stopOf(slot: Slot<ChartPoint>, measure: Measure, area: Area): Stop {
  return {
    x: slot.x,
    y: area.top,
    width: slot.width,
    height: area.bottom - area.top,
    title: fullLabel(slot.point),
    lines: linesOf(slot.point, measure),
  };
}

/** What a point says: the value of the measure, and how much of its open time was watched. */
export function linesOf(point: ChartPoint, measure: Measure): string[] {
  const value = measure.value(point);
  if (value === null)
    return [point.state === "open" && measure.key === "wait" ? "no wait posted" : STATE_WORDS[point.state]];
  const watched = point.coverage_percent;
  const lines = [measure.words(value)];
  if (watched !== null && watched !== undefined && watched < 99.95) lines.push(`watched ${watched.toFixed(0)} %`);
  return lines;
}

function describe(points: readonly ChartPoint[], measure: Measure): string {
  const known = points.filter(point => measure.value(point) !== null);
  const missing = points.filter(point => point.state === "not_watched").length;
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return `${measure.label}: no points.`;
  const worst = known.reduce<ChartPoint | null>((so, point) => {
    const [one, other] = [measure.value(point) ?? 0, so === null ? null : (measure.value(so) ?? 0)];
    return other === null || (measure.isHighGood ? one < other : one > other) ? point : so;
  }, null);
  const extreme =
    worst === null
      ? "No place has a value."
      : `The ${measure.isHighGood ? "lowest" : "highest"}: ${fullLabel(worst)}, ${measure.words(measure.value(worst) ?? 0)}.`;
  const gaps = missing === 0 ? "" : ` ${missing} of ${points.length} not watched.`;
  return `${measure.label} from ${fullLabel(first)} to ${fullLabel(last)}. ${extreme}${gaps}`;
}
