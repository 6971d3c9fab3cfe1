/** Outages sorted into lengths and kinds: counts only. */
import type { OutageKind, OutageLength } from "../types";

export const KINDS: readonly OutageKind[] = ["breakdown", "opening_delay", "never_reopened", "park_wide"];

export const KIND_WORDS: Record<OutageKind, string> = {
  breakdown: "Breakdown",
  opening_delay: "Late opening",
  never_reopened: "Did not reopen",
  park_wide: "Park-wide stop",
};

/** The words of a kind; an unknown one speaks for itself. */
export const kindWords = (kind: string): string => KIND_WORDS[kind as OutageKind] ?? kind.replaceAll("_", " ");

export interface LengthBin {
  label: string;
  /** Seconds; the upper border is not included. */
  from: number;
  to: number;
}

export const BINS: readonly LengthBin[] = [
  { label: "under 10 min", from: 0, to: 600 },
  { label: "10 to 30 min", from: 600, to: 1800 },
  { label: "30 to 60 min", from: 1800, to: 3600 },
  { label: "1 to 2 h", from: 3600, to: 7200 },
  { label: "2 to 4 h", from: 7200, to: 14_400 },
  { label: "4 to 8 h", from: 14_400, to: 28_800 },
  { label: "8 h and more", from: 28_800, to: Number.POSITIVE_INFINITY },
];

export interface BinCount extends LengthBin {
  counts: Record<OutageKind, number>;
  total: number;
}

/** How many outages of each kind fall in each bin of length. */
export function byLength(outages: readonly OutageLength[]): BinCount[] {
  return BINS.map((bin) => {
    const within = outages.filter(
      (outage) => outage.downtime_seconds >= bin.from && outage.downtime_seconds < bin.to,
    );
    const counts = Object.fromEntries(
      KINDS.map((kind) => [kind, within.filter((outage) => outage.kind === kind).length]),
    ) as Record<OutageKind, number>;
    return { ...bin, counts, total: within.length };
  });
}
