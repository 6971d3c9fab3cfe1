/**
 * Words that the server and the scripts share. Made by tools/build_pages.py --types from
 * hallofshame.web.pages.script_words: change them there.
 */
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
export const HEAT_STEPS = {
  "score": [
    0.25,
    0.5,
    1,
    2
  ],
  "downtime": [
    0.25,
    1,
    3,
    10
  ],
  "uptime": [
    80,
    90,
    95,
    97.5
  ],
  "wait": [
    10,
    20,
    40,
    60
  ],
  "rides_down": [
    1,
    3,
    6,
    10
  ]
} as const;
export const AXIS_TOPS = {
  "score": [
    0.5,
    1,
    2,
    3,
    4,
    5,
    6,
    8,
    10
  ],
  "downtime": [
    0.5,
    1,
    2,
    4,
    6,
    10,
    20,
    40,
    60,
    100,
    200,
    400,
    800,
    1600,
    4000,
    10000
  ],
  "uptime": [
    100
  ],
  "wait": [
    10,
    20,
    30,
    60,
    90,
    120,
    180,
    300,
    600
  ],
  "rides_down": [
    4,
    8,
    12,
    20,
    30,
    40,
    60,
    80,
    120
  ]
} as const;
export const UPTIME_FLOORS = [
  90,
  75,
  50
] as const;
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
export const NOT_COUNTED: Record<string, string> = {
  "outside_hours": "outside the hours published for the ride",
  "planned": "closed as planned",
  "before_first_run": "before its first run of the day",
  "did_not_come_back": "it did not run again that day",
  "park_wide": "half of the park stopped with it",
  "hardly_ran": "it had not run for 15 minutes yet"
};
