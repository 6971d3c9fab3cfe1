import type { ReactNode } from "react";
import { BANDS, bandOf, bandRange, type Level } from "../lib/bands";
import { Figure } from "./Figure";

/** The sign of a band: a shape of its own, so that colour is never the only word. */
export function Sign({ level }: { level: Level }) {
  return (
    <svg className={`sign band-${level}`} viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d={BANDS[level - 1]?.sign} />
    </svg>
  );
}

interface ScoreBadgeProps {
  score: number | null | undefined;
  /** Also draw a bar; its full length stands for this score. */
  barUpTo?: number;
  /** Stands before the figure. */
  bound?: ReactNode;
}

/** A shame score with the sign and the name of its band, and on request a bar. */
export function ScoreBadge({ score, barUpTo, bound }: ScoreBadgeProps) {
  const band = bandOf(score);
  if (band === null) {
    return (
      <span className="score none">
        <Figure value={null} />
      </span>
    );
  }
  return (
    <span className="score">
      <Sign level={band.level} />
      <b>
        {bound}
        <Figure value={score} digits={2} />
      </b>
      <span className="band-name">{band.name}</span>
      {barUpTo !== undefined && (
        <svg className={`score-bar band-${band.level}`} viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
          <rect className="score-bar-ground" width="100" height="8" />
          <rect width={Math.min(100, (100 * (score ?? 0)) / barUpTo)} height="8" />
        </svg>
      )}
    </span>
  );
}

/** The scale of shame: all bands with signs, borders and meanings. */
export function BandLegend() {
  return (
    <dl className="legend" aria-label="The scale of shame">
      {BANDS.map((band) => (
        <div key={band.slug}>
          <dt>
            <Sign level={band.level} /> {band.name}
          </dt>
          <dd>
            {bandRange(band)}
            <span>{band.meaning}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}
