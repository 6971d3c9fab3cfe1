/** The five bands of the shame scale, as in hallofshame.domain.bands. A band is told by shape and words, then colour. */

export type Level = 1 | 2 | 3 | 4 | 5;

export interface Band {
  level: Level;
  slug: string;
  name: string;
  atLeast: number;
  meaning: string;
  /** Its sign, drawn in a box of 20 by 20. */
  sign: string;
}

export const BANDS: readonly Band[] = [
  {
    level: 1,
    slug: "smooth-sailing",
    name: "Smooth sailing",
    atLeast: 0,
    meaning: "under 2.5 % of ride time lost",
    sign: "M10 2a8 8 0 1 1 0 16 8 8 0 0 1 0-16z",
  },
  {
    level: 2,
    slug: "hiccups",
    name: "Hiccups",
    atLeast: 0.25,
    meaning: "2.5 to 5 % of ride time lost",
    sign: "M1 14a9 9 0 0 1 18 0z",
  },
  {
    level: 3,
    slug: "grumbles",
    name: "Grumbles",
    atLeast: 0.5,
    meaning: "5 to 10 % of ride time lost",
    sign: "M10 1.5 19.5 18H.5z",
  },
  {
    level: 4,
    slug: "shameful",
    name: "Shameful",
    atLeast: 1,
    meaning: "10 to 20 % of ride time lost",
    sign: "M10 .5 19 10l-9 9.5L1 10z",
  },
  {
    level: 5,
    slug: "hall-of-shame",
    name: "Hall of Shame",
    atLeast: 2,
    meaning: "20 % of ride time lost, or more",
    sign: "m10 .5 2.6 6.3 6.9.5-5.3 4.4 1.7 6.7L10 14.8l-5.9 3.6 1.7-6.7L.5 7.3l6.9-.5z",
  },
];

/** The band a shown score falls in; null for a null score, which is in no band. */
export function bandOf(score: number | null | undefined): Band | null {
  if (score === null || score === undefined) return null;
  return BANDS.findLast((band) => score >= band.atLeast) ?? null;
}

/** The scores of a band in words: "0.25 to 0.49". */
export function bandRange(band: Band): string {
  const next = BANDS[band.level];
  return next === undefined
    ? `${band.atLeast.toFixed(2)} and above`
    : `${band.atLeast.toFixed(2)} to ${(next.atLeast - 0.01).toFixed(2)}`;
}
