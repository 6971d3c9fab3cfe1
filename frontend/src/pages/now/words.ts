/** The words for kinds of outages, as on the park pages. */
export const OUTAGE_KINDS: Record<string, string> = {
  breakdown: "Breakdown",
  opening_delay: "Late opening",
  never_reopened: "Did not reopen",
  park_wide: "Park-wide stop",
};
