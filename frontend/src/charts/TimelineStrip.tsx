import { duration } from "../lib/format";
import { hourOfAxis, localTime, zoneName } from "../lib/time";
import { notCountedWords } from "../lib/wording";
import { type HourTick, hourTicks, outside, type Stretch, stretchesOf, tickEvery, timeScale } from "./geometry/strip";
import { LOOK_WORDS } from "./looks";
import { type ArrowKey, Plot, type Stop } from "./Plot";
import type { OpenWindow, TimelineRide } from "./types";
import { useWidth } from "./useWidth";

interface TimelineStripProps {
  /** One row each. A single ride is drawn as one tall row without its name. */
  rides: readonly TimelineRide[];
  startsAt: string;
  endsAt: string;
  windows: readonly OpenWindow[];
  timezone: string;
  title: string;
  /** How far the time is known: what follows is still to come, not missing. Null: all of it. */
  knownUntil?: string | null;
}

const HEAD = 30;
const FOOT = 6;
const LABEL = 40;

/** What rides did, a row each, along one axis of the park's own time. Outside the open windows it is pale. */
export function TimelineStrip({ rides, startsAt, endsAt, windows, timezone, title, knownUntil }: TimelineStripProps) {
  const [ref, width] = useWidth();
  const isOne = rides.length === 1;
  const rowHeight = isOne ? 56 : 26;
  const height = HEAD + rides.length * rowHeight + FOOT;
  const place = timeScale(startsAt, endsAt, 2, width - 2);
  const until = knownUntil && knownUntil < endsAt ? knownUntil : endsAt;
  const rows = rides.map(ride => ({ ride, stretches: stretchesOf(ride.segments, place) }));
  const ticks = hourTicks(startsAt, endsAt, timezone, tickEvery(startsAt, endsAt, width, LABEL));
  const stops = rows.flatMap(({ ride, stretches }, row) =>
    stretches.map(stretch => stopOf(ride, stretch, HEAD + row * rowHeight, rowHeight, timezone, isOne)),
  );
  const rowOf = rows.flatMap(({ stretches }, row) => stretches.map(() => row));
  return (
    <div className={isOne ? "timeline one" : "timeline"}>
      {!isOne && (
        <ul className="timeline-names">
          {rides.map(ride => (
            <li key={ride.ride_id} className={ride.eligible === false ? "not-counted" : undefined}>
              <a href={`/rides/${ride.ride_id}-${ride.ride_slug}`} title={ride.ride_name}>
                {ride.ride_name}
              </a>
            </li>
          ))}
        </ul>
      )}
      <div className="timeline-plot" ref={ref}>
        <Plot
          title={title}
          description={describe(rows, startsAt, endsAt, timezone)}
          width={width}
          height={height}
          stops={stops}
          step={(at, key) => stepInRows(at, key, stops, rowOf)}
        >
          {outside(startsAt, until, windows).map(gap => (
            <rect
              key={gap.start}
              className="timeline-outside"
              x={place(gap.start)}
              y={HEAD - 4}
              width={place(gap.end) - place(gap.start)}
              height={height - HEAD + 4}
            />
          ))}
          <Axis ticks={ticks} place={place} width={width} height={height} timezone={timezone} />
          {rows.map(({ ride, stretches }, row) =>
            stretches.map((stretch, at) => (
              <Piece
                key={`${ride.ride_id}-${stretch.segment.start}`}
                stretch={stretch}
                isLost={isLost(stretch, stretches[at + 1])}
                y={HEAD + row * rowHeight + 3}
                height={rowHeight - 6}
              />
            )),
          )}
          {windows.map(window => (
            <path
              key={window.start}
              className="timeline-window"
              d={`M${place(window.start)} ${HEAD - 2}V${HEAD - 7}H${place(window.end)}V${HEAD - 2}`}
            />
          ))}
          {until < endsAt && (
            <g>
              {rows.map(({ ride }, row) => (
                <path
                  key={ride.ride_id}
                  className="to-come"
                  d={`M${place(until) + 5} ${HEAD + (row + 0.5) * rowHeight}H${place(endsAt)}`}
                />
              ))}
              <path className="timeline-now" d={`M${place(until)} ${HEAD - 7}V${height}`} />
            </g>
          )}
        </Plot>
      </div>
    </div>
  );
}

interface AxisProps {
  ticks: readonly HourTick[];
  place: (iso: string) => number;
  width: number;
  height: number;
  timezone: string;
}

function Axis({ ticks, place, width, height, timezone }: AxisProps) {
  return (
    <g>
      {ticks.map(tick => {
        const x = place(tick.iso);
        return (
          <g key={tick.iso}>
            <path className={tick.isMidnight ? "grid midnight" : "grid"} d={`M${x} ${HEAD - 4}V${height}`} />
            <text
              className={tick.isMidnight ? "label midnight" : "label"}
              x={Math.min(Math.max(x, 12), width - 12)}
              y="15"
            >
              {tick.isMidnight ? localTime(tick.iso, timezone, "day").slice(0, 3) : hourOfAxis(tick.text)}
            </text>
          </g>
        );
      })}
    </g>
  );
}

/** Whether an outage ends since nobody looked any more: how long it really was is not known. */
function isLost(stretch: Stretch, next: Stretch | undefined): boolean {
  const isDown = stretch.look === "down" || stretch.look === "counted";
  return isDown && next?.look === "unobserved" && next.segment.start === stretch.segment.end;
}

/** Statuses differ in height, too: thin is closed, half is refurbishment, full is running or down. */
function Piece({ stretch, isLost, y, height }: { stretch: Stretch; isLost: boolean; y: number; height: number }) {
  const share = { operating: 0.72, down: 1, counted: 1, closed: 0.16, refurbishment: 0.55, unobserved: 0.72 }[
    stretch.look
  ];
  const tall = height * share;
  const pale = stretch.segment.in_window ? "" : " pale";
  const end = stretch.x + stretch.width;
  return (
    <>
      <rect
        className={`piece look-${stretch.look}${pale}`}
        x={stretch.x}
        y={y + (height - tall) / 2}
        width={Math.max(stretch.width, 1)}
        height={tall}
      />
      {isLost && <path className="lost-cap" d={`M${end} ${y - 1}V${y + height + 1}`} />}
    </>
  );
}

function stopOf(ride: TimelineRide, stretch: Stretch, y: number, height: number, zone: string, isOne: boolean): Stop {
  const { segment } = stretch;
  const seconds = (Date.parse(segment.end) - Date.parse(segment.start)) / 1000;
  const style = isOne ? "day" : "time";
  const times = `${localTime(segment.start, zone, style)} to ${localTime(segment.end, zone)} ${zoneName(segment.end, zone)}`;
  const why = segment.not_counted ? [`Not counted: ${notCountedWords(segment.not_counted)}`] : [];
  const wait = segment.wait_minutes === null ? [] : [`${segment.wait_minutes} min wait posted`];
  return {
    x: stretch.x,
    y,
    width: stretch.width,
    height,
    title: isOne ? times : ride.ride_name,
    lines: [
      ...(isOne ? [] : [times]),
      `${LOOK_WORDS[stretch.look]} for ${duration(seconds)}${segment.in_window ? "" : ", outside open hours"}`,
      ...why,
      ...wait,
    ],
  };
}

/** Left and right along a row; up and down to the stretch of the next row at the same time. */
export function stepInRows(at: number, key: ArrowKey, stops: readonly Stop[], rowOf: readonly number[]): number {
  const row = rowOf[at] ?? 0;
  if (key === "ArrowLeft" || key === "ArrowRight") {
    const next = at + (key === "ArrowLeft" ? -1 : 1);
    return rowOf[next] === row ? next : at;
  }
  const here = stops[at];
  if (here === undefined) return at;
  const last = rowOf.at(-1) ?? 0;
  const way = key === "ArrowUp" ? -1 : 1;
  for (let target = row + way; target >= 0 && target <= last; target += way) {
    const first = rowOf.indexOf(target);
    if (first < 0) continue;
    const within = stops.slice(first, rowOf.lastIndexOf(target) + 1);
    const found = within.findIndex(stop => stop.x + stop.width > here.x);
    return first + (found < 0 ? within.length - 1 : found);
  }
  return at;
}

function describe(
  rows: readonly { ride: TimelineRide; stretches: readonly Stretch[] }[],
  start: string,
  end: string,
  zone: string,
): string {
  const stretches = rows.flatMap(({ stretches: found }) => found);
  const down = stretches.filter(
    stretch => stretch.segment.in_window && (stretch.look === "down" || stretch.look === "counted"),
  );
  const rides = rows.filter(({ stretches: found }) => found.some(stretch => down.includes(stretch))).length;
  const times = `From ${localTime(start, zone, "day")} to ${localTime(end, zone, "day")} ${zoneName(end, zone)}.`;
  if (down.length === 0) return `${times} Nothing was down in open hours.`;
  const stops = `${down.length} ${down.length === 1 ? "stretch" : "stretches"} down in open hours`;
  return rows.length === 1 ? `${times} ${stops}.` : `${times} ${stops}, on ${rides} of ${rows.length} rides.`;
}
