import { BANDS } from "../lib/bands";

interface BandSignProps {
  level: number;
  /** The middle of the sign. */
  x: number;
  y: number;
  size: number;
  className?: string;
}

/** The sign of a band inside a drawing. */
export function BandSign({ level, x, y, size, className }: BandSignProps) {
  return (
    <path
      className={className ?? `fill-band-${level}`}
      d={BANDS[level - 1]?.sign}
      transform={`translate(${x - size / 2} ${y - size / 2}) scale(${size / 20})`}
    />
  );
}
