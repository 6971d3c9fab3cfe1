/** The API's stable words as people say them; the same as hallofshame.web.wording. */

const UNRANKED: Record<string, string> = {
  no_data: "No data",
  not_open_yet: "Not open yet today",
  closed: "Closed: no open hours",
  too_few_rides: "Fewer than three rides to judge by",
  low_coverage: "Watched for less than half of its open time",
  short_days: "Seen open for less than four hours on an average day, and no hours are published",
  did_not_run: "No ride ran",
  no_waits_posted: "No waits posted",
  not_down: "Not down right now",
  not_a_ride: "Not a ride",
};

const TREND: Record<string, string> = {
  no_period_before: "A moment has no period before it",
  no_data: "Nothing was recorded in this period",
  few_days: "Recorded on less than half of the days of this period",
  closed: "No open hours in this period, or none yet",
  low_coverage: "Watched for less than half of the open time of this period",
  no_data_before: "Nothing was recorded in the period it is compared with",
  few_days_before: "Recorded on less than half of the days of the period it is compared with",
  closed_before: "No open hours in the period it is compared with",
  low_coverage_before: "Watched for less than half of the open time of the period it is compared with",
  did_not_run: "Did not run in one of the two periods",
};

/** Why a row is not compared with another period, in the middle of a sentence. */
export function trendWords(reason: string): string {
  const words = TREND[reason] ?? reason.replaceAll("_", " ");
  return words.charAt(0).toLowerCase() + words.slice(1);
}

/** Why a row has no rank. */
export const unrankedWords = (reason: string): string => UNRANKED[reason] ?? reason.replaceAll("_", " ");

/** The types of attractions among which readers choose, in the plural: rides first. */
export const TYPE_PLURALS: Record<string, string> = {
  coaster: "Roller coasters",
  water_ride: "Water rides",
  water_slide: "Water slides",
  dark_ride: "Dark rides",
  flat_ride: "Flat rides",
  drop_tower: "Drop towers",
  track_ride: "Track rides",
  simulator: "Simulators",
  transport: "Transport rides",
  show: "Films and shows",
  walkthrough: "Walkthroughs",
  exhibit: "Exhibits",
  playground: "Playgrounds",
  pool: "Pools",
  game: "Games",
  meet_and_greet: "Meet and greets",
  other: "Other attractions",
};

const OTHERS = ["show", "walkthrough", "exhibit", "playground", "pool", "game", "meet_and_greet", "other"];

/** Those of them that are rides: of others there is no downtime. */
export const RIDE_PLURALS = Object.fromEntries(Object.entries(TYPE_PLURALS).filter(([type]) => !OTHERS.includes(type)));

/** The one type of ride that an address asks for, in the plural; undefined for rides of any type. */
export const typePlural = (type: string | undefined): string | undefined => (type === undefined ? undefined : TYPE_PLURALS[type]);

const NOT_COUNTED: Record<string, string> = {
  outside_hours: "outside the hours published for the ride",
  planned: "closed as planned",
  before_first_run: "before its first run of the day",
  did_not_come_back: "it did not run again that day",
  park_wide: "half of the park stopped with it",
  hardly_ran: "it had not run for 15 minutes yet",
};

/** Why a stretch in which a ride did not run is no downtime. */
export const notCountedWords = (reason: string): string => NOT_COUNTED[reason] ?? reason.replaceAll("_", " ");
