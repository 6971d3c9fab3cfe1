import { capital, counted, duration } from "../lib/format";
import { Plot, type Stop } from "./Plot";
import type { TierShare } from "./types";
import { useWidth } from "./useWidth";

interface TierBarsProps {
  tiers: readonly TierShare[];
  title: string;
  /** Whether there are times lost to be drawn; a moment and a closed day have none. */
  hasTimes: boolean;
}

const LEFT = 92;
const RIGHT = 96;
const ROW = 54;

/** How many rides each tier has (filled: those that count), and the time they lost. */
export function TierBars({ tiers, title, hasTimes }: TierBarsProps) {
  const [ref, width] = useWidth();
  const room = width - LEFT - RIGHT;
  const most = Math.max(1, ...tiers.map((tier) => tier.rides));
  const longest = Math.max(1, ...tiers.map((tier) => tier.downtime_seconds ?? 0));
  const stops: Stop[] = tiers.map((tier, at) => ({
    x: LEFT,
    y: at * ROW + 4,
    width: width - LEFT,
    height: ROW - 8,
    title: `${capital(tier.tier_label)}, weight ×${tier.weight}`,
    lines: [
      `${counted(tier.rides, "ride")}, ${counted(tier.eligible, "counts", "count")}`,
      ...(hasTimes ? [tier.downtime_seconds === null ? "time lost: no data" : `${duration(tier.downtime_seconds)} lost`] : []),
    ],
  }));
  return (
    <div className="chart-box" ref={ref}>
      <Plot
        title={title}
        description={tiers.map((tier) => `${capital(tier.tier_label)}: ${counted(tier.rides, "ride")}, ${counted(tier.eligible, "counts", "count")}`).join(". ")}
        width={width}
        height={tiers.length * ROW}
        stops={stops}
        step={(at, key) => (key === "ArrowDown" || key === "ArrowRight" ? at + 1 : at - 1)}
      >
        {tiers.map((tier, row) => {
          const y = row * ROW + 8;
          const lost = tier.downtime_seconds;
          return (
            <g key={tier.tier_label}>
              <text className="tier-name" x="0" y={y + 15}>
                {capital(tier.tier_label)}
              </text>
              <text className="tier-weight" x="0" y={y + 32}>
                weight ×{tier.weight}
              </text>
              <rect className="tier-all" x={LEFT} y={y} width={(room * tier.rides) / most} height="18" rx="3" />
              <rect className="tier-counts" x={LEFT} y={y} width={(room * tier.eligible) / most} height="18" rx="3" />
              <text className="count" x={LEFT + (room * tier.rides) / most + 6} y={y + 13}>
                {tier.eligible === tier.rides ? counted(tier.rides, "ride") : `${tier.eligible} of ${tier.rides}`}
              </text>
              {!hasTimes ? null : lost === null ? (
                <rect className="missing" x={LEFT} y={y + 23} width={room * 0.3} height="12" />
              ) : (
                <rect className="tier-lost" x={LEFT} y={y + 23} width={(room * lost) / longest} height="12" rx="2" />
              )}
              {hasTimes && <text className="count" x={LEFT + (lost === null ? room * 0.3 : (room * lost) / longest) + 6} y={y + 33}>
                {lost === null ? "no data" : duration(lost)}
              </text>}
            </g>
          );
        })}
      </Plot>
    </div>
  );
}
