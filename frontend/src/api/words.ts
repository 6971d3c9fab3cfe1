/**
 * Words that the server and the scripts share. Made by tools/build_pages.py --types from
 * hallofshame.web.pages.script_words: change them there.
 */
export const SITE_NAME = "Theme Park Hall of Shame" as const;
export const NAVIGATION = [
  {
    "path": "/",
    "label": "Parks"
  },
  {
    "path": "/rides",
    "label": "Rides"
  },
  {
    "path": "/now",
    "label": "Now"
  },
  {
    "path": "/waits",
    "label": "Waits"
  },
  {
    "path": "/trends",
    "label": "Trends"
  },
  {
    "path": "/awards",
    "label": "Awards"
  },
  {
    "path": "/map",
    "label": "Map"
  },
  {
    "path": "/compare",
    "label": "Compare"
  },
  {
    "path": "/data",
    "label": "Data"
  },
  {
    "path": "/about",
    "label": "About"
  }
] as const;
export const BANDS = [
  {
    "level": 1,
    "slug": "smooth-sailing",
    "name": "Smooth sailing",
    "atLeast": 0.0,
    "meaning": "under 2.5 % of ride time lost",
    "sign": "M10 2a8 8 0 1 1 0 16 8 8 0 0 1 0-16z"
  },
  {
    "level": 2,
    "slug": "hiccups",
    "name": "Hiccups",
    "atLeast": 0.25,
    "meaning": "2.5 to 5 % of ride time lost",
    "sign": "M1 14a9 9 0 0 1 18 0z"
  },
  {
    "level": 3,
    "slug": "grumbles",
    "name": "Grumbles",
    "atLeast": 0.5,
    "meaning": "5 to 10 % of ride time lost",
    "sign": "M10 1.5 19.5 18H.5z"
  },
  {
    "level": 4,
    "slug": "shameful",
    "name": "Shameful",
    "atLeast": 1.0,
    "meaning": "10 to 20 % of ride time lost",
    "sign": "M10 .5 19 10l-9 9.5L1 10z"
  },
  {
    "level": 5,
    "slug": "hall-of-shame",
    "name": "Hall of Shame",
    "atLeast": 2.0,
    "meaning": "20 % of ride time lost, or more",
    "sign": "m10 .5 2.6 6.3 6.9.5-5.3 4.4 1.7 6.7L10 14.8l-5.9 3.6 1.7-6.7L.5 7.3l6.9-.5z"
  }
] as const;
export const NAMED_PERIODS = [
  {
    "name": "live",
    "label": "Right now"
  },
  {
    "name": "today",
    "label": "Today"
  },
  {
    "name": "yesterday",
    "label": "Yesterday"
  },
  {
    "name": "7days",
    "label": "Last 7 days"
  },
  {
    "name": "last_week",
    "label": "Last week"
  },
  {
    "name": "this_month",
    "label": "This month"
  },
  {
    "name": "last_month",
    "label": "Last month"
  },
  {
    "name": "30days",
    "label": "Last 30 days"
  },
  {
    "name": "this_year",
    "label": "This year"
  }
] as const;
export const MEASURE_WORDS = {
  "score": {
    "label": "Shame score",
    "short": "Score"
  },
  "downtime": {
    "label": "Ride-hours lost",
    "short": "Time lost"
  },
  "uptime": {
    "label": "Uptime, %",
    "short": "Uptime"
  },
  "wait": {
    "label": "Average wait, minutes",
    "short": "Wait"
  },
  "rides_down": {
    "label": "Rides that lost time",
    "short": "Rides down"
  }
} as const;
export const KIND_FIELDS = {
  "breakdown_seconds": "Broke down, over the same day",
  "opening_delay_seconds": "Opened late",
  "never_reopened_seconds": "Did not reopen",
  "park_wide_seconds": "Stopped with half of the park"
} as const;
export const OUTAGE_KINDS = {
  "breakdown": "Breakdown",
  "opening_delay": "Late opening",
  "never_reopened": "Did not reopen",
  "park_wide": "Park-wide stop"
} as const;
export const LOOK_WORDS = {
  "operating": "operating",
  "down": "down",
  "counted": "closed in open hours, counts as down",
  "closed": "closed",
  "refurbishment": "refurbishment",
  "unobserved": "not watched"
} as const;
export const STATE_WORDS = {
  "open": "nothing to judge",
  "closed": "closed",
  "not_watched": "not watched",
  "no_data_yet": "no data yet"
} as const;
export const UNRANKED: Record<string, string> = {
  "not_watched": "Not watched",
  "no_data_yet": "No data yet",
  "not_open_yet": "Not open yet today",
  "closed": "Closed: no open hours",
  "too_few_rides": "Fewer than three rides to judge by",
  "low_coverage": "Watched for less than half of its open time",
  "short_days": "Seen open for less than four hours on an average day, and no hours are published",
  "did_not_run": "No ride ran",
  "no_waits_posted": "No waits posted",
  "not_down": "Not down right now",
  "not_a_ride": "Not a ride"
};
export const TREND: Record<string, string> = {
  "no_period_before": "A moment has no period before it",
  "not_watched": "Not watched in this period",
  "few_days": "Recorded on less than half of the days of this period",
  "closed": "No open hours in this period, or none yet",
  "low_coverage": "Watched for less than half of the open time of this period",
  "not_watched_before": "Not watched in the period it is compared with",
  "few_days_before": "Recorded on less than half of the days of the period it is compared with",
  "closed_before": "No open hours in the period it is compared with",
  "low_coverage_before": "Watched for less than half of the open time of the period it is compared with",
  "did_not_run": "Did not run in one of the two periods"
};
export const NOT_COUNTED: Record<string, string> = {
  "outside_hours": "outside the hours published for the ride",
  "planned": "closed as planned",
  "before_first_run": "before its first run of the day",
  "did_not_come_back": "it did not run again that day",
  "park_wide": "half of the park stopped with it",
  "hardly_ran": "it had not run for 15 minutes yet"
};
export const TYPE_PLURALS: Record<string, string> = {
  "coaster": "Roller coasters",
  "water_ride": "Water rides",
  "water_slide": "Water slides",
  "dark_ride": "Dark rides",
  "flat_ride": "Flat rides",
  "drop_tower": "Drop towers",
  "track_ride": "Track rides",
  "simulator": "Simulators",
  "transport": "Transport rides",
  "show": "Films and shows",
  "walkthrough": "Walkthroughs",
  "exhibit": "Exhibits",
  "playground": "Playgrounds",
  "pool": "Pools",
  "game": "Games",
  "meet_and_greet": "Meet and greets",
  "other": "Other attractions"
};
/** No rides. */
export const NON_RIDES: readonly string[] = [
  "show",
  "walkthrough",
  "exhibit",
  "playground",
  "pool",
  "game",
  "meet_and_greet",
  "other"
];
