import { counted } from "../lib/format";
import { byLength, KIND_WORDS, KINDS } from "./geometry/lengths";
import { Plot, type Stop } from "./Plot";
import type { OutageLength } from "./types";
import { useWidth } from "./useWidth";

interface OutageBarsProps {
  outages: readonly OutageLength[];
  title: string;
}

const LEFT = 92;
const RIGHT = 34;
const ROW = 30;

/** How many outages were how long, each kind with a pattern of its own. */
export function OutageBars({ outages, title }: OutageBarsProps) {
  const [ref, width] = useWidth();
  const bins = byLength(outages);
  const most = Math.max(1, ...bins.map((bin) => bin.total));
  const unit = (width - LEFT - RIGHT) / most;
  const height = bins.length * ROW + 4;
  const stops: Stop[] = bins.map((bin, at) => ({
    x: LEFT,
    y: at * ROW + 2,
    width: width - LEFT,
    height: ROW - 4,
    title: bin.label,
    lines:
      bin.total === 0
        ? ["none"]
        : KINDS.filter((kind) => bin.counts[kind] > 0).map((kind) => `${bin.counts[kind]} × ${KIND_WORDS[kind].toLowerCase()}`),
  }));
  const longest = bins.findLast((bin) => bin.total > 0);
  return (
    <div className="chart-box" ref={ref}>
      <Plot
        title={title}
        description={`${counted(outages.length, "outage")} by length. ${longest === undefined ? "" : `The longest: ${longest.label}.`}`}
        width={width}
        height={height}
        stops={stops}
        step={(at, key) => (key === "ArrowDown" || key === "ArrowRight" ? at + 1 : at - 1)}
      >
        {bins.map((bin, row) => {
          let x = LEFT;
          const y = row * ROW + 5;
          return (
            <g key={bin.label}>
              <text className="tick" x={LEFT - 8} y={y + ROW / 2}>
                {bin.label}
              </text>
              <path className="grid" d={`M${LEFT} ${y - 3}V${y + ROW - 3}`} />
              {KINDS.map((kind) => {
                const length = bin.counts[kind] * unit;
                const piece = <rect key={kind} className={`kind-${kind}`} x={x} y={y} width={length} height={ROW - 10} />;
                x += length;
                return length > 0 ? piece : null;
              })}
              {bin.total > 0 && (
                <text className="count" x={LEFT + bin.total * unit + 6} y={y + ROW / 2}>
                  {bin.total}
                </text>
              )}
            </g>
          );
        })}
      </Plot>
    </div>
  );
}
