/** The API's stable words as people say them; the same as hallofshame.web.wording. */

const UNRANKED: Record<string, string> = {
  no_data: "No data",
  not_open_yet: "Not open yet today",
  closed: "Closed: no open hours",
  too_few_rides: "Fewer than three rides to judge by",
  low_coverage: "Watched for less than half of its open time",
  no_waits_posted: "No waits posted",
  not_down: "Not down right now",
};

/** Why a row has no rank. */
export const unrankedWords = (reason: string): string => UNRANKED[reason] ?? reason.replaceAll("_", " ");
