/** The five bands of the shame scale. A band is told by shape and words, then colour. */
import { BANDS } from "../api/words";

export { BANDS };
export type Band = (typeof BANDS)[number];
export type Level = Band["level"];

/** The band a shown score falls in; null for a null score, which is in no band. */
export function bandOf(score: number | null | undefined): Band | null {
  if (score === null || score === undefined) return null;
  return BANDS.findLast((band) => score >= band.atLeast) ?? null;
}

/** The scores of a band in words: "0.25 to 0.49". */
export function bandRange(band: Band): string {
  const next: Band | undefined = (BANDS as readonly Band[])[band.level];
  return next === undefined
    ? `${band.atLeast.toFixed(2)} and above`
    : `${band.atLeast.toFixed(2)} to ${(next.atLeast - 0.01).toFixed(2)}`;
}
