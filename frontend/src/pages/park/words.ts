/** The API's stable words as the park and ride pages say them. */

const EXCLUDED: Record<string, string> = {
  not_attraction: "Not a ride (a show, a meeting place, a shop or a restaurant)",
  inactive: "Has vanished from its source",
  refurbishment: "Under refurbishment",
  not_operated_7_days: "Did not run on these days or the six before",
  no_data: "Never seen in this period",
};

/** Why a ride does not count. */
export const excludedWords = (reason: string | null): string =>
  reason === null ? "Not counted" : (EXCLUDED[reason] ?? reason.replaceAll("_", " "));

const EVIDENCE: Record<string, string> = {
  schedule: "published hours",
  "schedule+activity": "published hours, and rides seen running outside them",
  activity: "rides seen running (no hours published)",
  no_activity: "closed: too few rides were seen running",
  no_data: "nothing was seen and no hours are known",
};

/** On what grounds a day counts as open or closed. */
export const evidenceWords = (evidence: string): string => EVIDENCE[evidence] ?? evidence.replaceAll("_", " ");

const FEEDS: Record<string, string> = {
  queue_times: "Queue-Times.com",
  themeparks_wiki: "ThemeParks.wiki",
  archive: "the archive of ThemeParks.wiki",
  touring_plans: "TouringPlans",
};

export const feedWords = (feed: string): string => FEEDS[feed] ?? feed.replaceAll("_", " ");

const SCHEDULE: Record<string, string> = {
  OPERATING: "Regular opening",
  TICKETED_EVENT: "Ticketed event",
  PRIVATE_EVENT: "Private event",
  EXTRA_HOURS: "Extra hours",
  INFO: "Note",
};

export const scheduleWords = (kind: string): string => SCHEDULE[kind] ?? kind.replaceAll("_", " ").toLowerCase();

const MISSING: Record<string, string> = {
  no_data: "Nothing was seen in this time.",
  not_kept: "The raw record of this time is no longer kept; its totals are in the tables and charts.",
  to_come: "This day has not come yet.",
};

/** Why a timeline has nothing to show. */
export const missingWords = (reason: string | null): string => MISSING[reason ?? "no_data"] ?? "Nothing is known of this time.";
