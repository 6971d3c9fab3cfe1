/** The five bands of the shame scale. A band is told by shape and words, then colour. */
import { BANDS } from "../api/words";

export { BANDS };
export type Band = (typeof BANDS)[number];
export type Level = Band["level"];

/** The band a shown score falls in; null for a null score, which is in no band. */
export function bandOf(score: number | null | undefined): Band | null {
  if (score === null || score === undefined) return null;
  return BANDS.findLast(band => score >= band.atLeast) ?? null;
}
