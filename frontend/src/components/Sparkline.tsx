import { NoData } from "./Figure";

interface SparklineProps {
  /** One value per day; null where there was no data. A gap stays a gap. Undefined while they are awaited. */
  values: readonly (number | null)[] | undefined;
  /** What it shows, for those who cannot see it. */
  label: string;
  /** The value drawn at the top; default: the largest. */
  top?: number;
  /** The value drawn at the bottom. */
  bottom?: number;
}

const WIDTH = 96;
const HEIGHT = 28;
const INSET = 3;

/** A small line of daily values. Days without data are left open and marked on the ground line. */
export function Sparkline({ values, label, top, bottom = 0 }: SparklineProps) {
  if (values === undefined) return <svg className="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true" />;
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return <NoData words="no data in these days" />;
  const highest = Math.max(top ?? 0, ...known, bottom + 1e-9);
  const step = values.length > 1 ? (WIDTH - 2 * INSET) / (values.length - 1) : 0;
  const x = (index: number) => INSET + index * step;
  const y = (value: number) => HEIGHT - INSET - ((value - bottom) / (highest - bottom)) * (HEIGHT - 2 * INSET);
  const last = values.findLastIndex((value) => value !== null);
  return (
    <svg className="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      <path className="spark-ground" d={`M0 ${HEIGHT - 1}H${WIDTH}`} />
      {runs(values).map((run) =>
        run.length === 1 ? (
          <circle key={run[0]?.[0]} className="spark-dot" cx={x(run[0]?.[0] ?? 0)} cy={y(run[0]?.[1] ?? 0)} r="1.6" />
        ) : (
          <polyline
            key={run[0]?.[0]}
            className="spark-line"
            points={run.map(([index, value]) => `${x(index).toFixed(1)},${y(value).toFixed(1)}`).join(" ")}
          />
        ),
      )}
      <circle className="spark-end" cx={x(last)} cy={y(values[last] ?? 0)} r="2.8" />
    </svg>
  );
}

/** The stretches of days with data, as (index, value). */
function runs(values: readonly (number | null)[]): [number, number][][] {
  const found: [number, number][][] = [];
  let open: [number, number][] | null = null;
  values.forEach((value, index) => {
    if (value === null) {
      open = null;
      return;
    }
    if (open === null) {
      open = [];
      found.push(open);
    }
    open.push([index, value]);
  });
  return found;
}
