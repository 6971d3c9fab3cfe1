/** The words for kinds of outages, as on the park pages. */
export const OUTAGE_KINDS: Record<string, string> = {
  breakdown: "Breakdown",
  opening_delay: "Late opening",
  never_reopened: "Did not reopen",
  park_wide: "Park-wide stop",
};

/** Why no chance to reopen is shown, after "not shown:"; as the server says it. */
export const CHANCE_REASONS: Record<string, string> = {
  no_replay: "not tried out yet on its park's past outages",
  few_outages: "too few outages so far lasted longer than this one",
  closing: "the park is about to close",
  seldom_looked: "its park is looked at less often than that",
  few_forecasts: "too few past outages of its park to try it out on",
  no_better: "tried out on its park's past outages, it did not surely beat a constant",
  off: "tried out on its park's past outages, it may be off by more than 5 points",
};
