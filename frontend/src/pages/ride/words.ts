/** The API's stable words as the ride page says them. */

/** Who decided the tier. */
export const TIER_SOURCES: Record<string, string> = {
  override: "set by hand",
  curated: "from our curated list",
  pattern: "by its kind",
  typical_wait: "by its typical wait within the park",
  unrated: "no rule knows it",
};
