import {
  type CSSProperties,
  type KeyboardEvent,
  type PointerEvent,
  type ReactNode,
  useId,
  useState,
} from "preact/compat";
import { Patterns, patternNames } from "./Patterns";

/** One place of a chart that can be read by itself. */
export interface Stop {
  x: number;
  y: number;
  width: number;
  height: number;
  /** When or where it is. */
  title: string;
  /** What it says, a line each. */
  lines: readonly string[];
}

export type ArrowKey = "ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown";

interface PlotProps {
  title: string;
  /** The chart in a sentence, for those who cannot see it. */
  description: string;
  width: number;
  height: number;
  stops: readonly Stop[];
  /** Where an arrow key leads from a stop. Default: along the stops in their order. */
  step?: (at: number, key: ArrowKey) => number;
  /** Enter or a click on a stop, for charts whose places lead somewhere. */
  onChoose?: (at: number) => void;
  children: ReactNode;
}

const ARROWS: readonly string[] = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"];

/**
 * A drawing with a reading cursor over it: one stop of the tab key, arrows to go from value to value, the same
 * by pointer. The drawing itself is an image with a name and a description.
 */
export function Plot({ title, description, width, height, stops, step, onChoose, children }: PlotProps) {
  const id = useId();
  const [active, setActive] = useState<number | null>(null);
  const [at, setAt] = useState(0);
  const place = Math.min(at, stops.length - 1);
  const shown = active === null ? null : (stops[Math.min(active, stops.length - 1)] ?? null);
  const here = stops[place];

  const goTo = (next: number) => {
    const held = Math.max(0, Math.min(stops.length - 1, next));
    setAt(held);
    setActive(held);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.key === "Escape") setActive(null);
    else if (event.key === "Enter" && onChoose !== undefined) onChoose(place);
    else if (event.key === "Home") goTo(0);
    else if (event.key === "End") goTo(stops.length - 1);
    else if (ARROWS.includes(event.key)) goTo(step?.(place, event.key as ArrowKey) ?? alongOrder(place, event.key));
    else return;
    event.preventDefault();
  };
  const onPointer = (event: PointerEvent<HTMLDivElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    setActive(stopAt(stops, event.clientX - box.left, event.clientY - box.top));
  };
  return (
    <div className="plot">
      <svg
        width={width}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="xMinYMin meet"
        role="img"
        aria-labelledby={`${id}-title ${id}-description`}
        style={patternNames(id)}
      >
        <title id={`${id}-title`}>{title}</title>
        <desc id={`${id}-description`}>{description}</desc>
        <Patterns id={id} />
        {children}
        {shown !== null && (
          <rect
            className="plot-active"
            x={shown.x}
            y={shown.y}
            width={Math.max(shown.width, 2)}
            height={Math.max(shown.height, 2)}
            rx="3"
          />
        )}
      </svg>
      {here !== undefined && (
        <div
          className={onChoose ? "plot-cursor leads" : "plot-cursor"}
          role="slider"
          tabIndex={0}
          aria-label={`${title}, value by value`}
          aria-valuemin={1}
          aria-valuemax={stops.length}
          aria-valuenow={place + 1}
          aria-valuetext={`${here.title}: ${here.lines.join(", ")}`}
          onKeyDown={onKeyDown}
          onFocus={event => event.currentTarget.matches(":focus-visible") && setActive(place)}
          onBlur={() => setActive(null)}
          onPointerMove={onPointer}
          onPointerDown={onPointer}
          onPointerLeave={event => event.pointerType === "mouse" && setActive(null)}
          onClick={() => active !== null && onChoose?.(active)}
        />
      )}
      {shown !== null && <Bubble stop={shown} width={width} />}
    </div>
  );
}

/** The next place along the order of the stops. */
function alongOrder(at: number, key: string): number {
  return key === "ArrowLeft" || key === "ArrowDown" ? at - 1 : at + 1;
}

/** The stop under a point; in between, the nearest by its middle. */
export function stopAt(stops: readonly Stop[], x: number, y: number): number | null {
  const inside = stops.findIndex(
    stop => x >= stop.x && x < stop.x + stop.width && y >= stop.y && y < stop.y + stop.height,
  );
  if (inside >= 0) return inside;
  let nearest: number | null = null;
  let least = Number.POSITIVE_INFINITY;
  stops.forEach((stop, index) => {
    const away = Math.abs(stop.x + stop.width / 2 - x) + 2 * Math.max(0, stop.y - y, y - stop.y - stop.height);
    if (away < least) {
      nearest = index;
      least = away;
    }
  });
  return nearest;
}

/** Taller stops have their words beside them, so that the axis stays in view. */
const TALL = 90;

function Bubble({ stop, width }: { stop: Stop; width: number }) {
  const middle = stop.x + stop.width / 2;
  const isTall = stop.height > TALL;
  const isBelow = stop.y < 74;
  const [place, position]: [string, CSSProperties] = isTall
    ? middle < width / 2
      ? ["beside-right", { left: stop.x + stop.width, top: stop.y }]
      : ["beside-left", { left: stop.x, top: stop.y }]
    : [
        `${middle < width * 0.3 ? "from-left" : middle > width * 0.7 ? "from-right" : "centred"} ${isBelow ? "below" : "above"}`,
        { left: middle, top: isBelow ? stop.y + stop.height : stop.y },
      ];
  return (
    <div className={`bubble ${place}`} style={position} aria-hidden="true">
      <b>{stop.title}</b>
      {stop.lines.map(line => (
        <span key={line}>{line}</span>
      ))}
    </div>
  );
}
