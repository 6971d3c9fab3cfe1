/** The shapes of the API's answers, in the words of docs/api.md. Null means "no data", never zero. */

export interface Source {
  text: string;
  url: string;
}

export interface PeriodBody {
  name: string;
  label: string;
  start: string | null;
  end: string | null;
}

export interface CoverageBody {
  percent: number | null;
  with_data: number;
  without_data: number;
}

/** The one envelope of every answer. */
export interface Envelope<T> {
  success: true;
  data: T;
  period?: PeriodBody;
  data_as_of: string | null;
  metrics_version: number;
  coverage?: CoverageBody;
  total?: number;
  limit?: number;
  offset?: number;
  attribution: Source[];
}

export interface NearMatch {
  path?: string;
  park_name?: string;
  ride_name?: string;
}

export interface ErrorBody {
  success: false;
  error: { code: string; message: string; parameter?: string; near_matches?: NearMatch[] };
}

/** What every row says about its park. */
export interface ParkIdentity {
  park_id: number;
  park_name: string;
  park_slug: string;
  operator: string | null;
  country: string | null;
  timezone: string;
  queue_times_url: string | null;
  themeparks_wiki_url: string | null;
}

export interface ParkRow extends ParkIdentity {
  rank: number | null;
  unranked_reason: string | null;
  start_date: string;
  end_date: string;
  is_open: boolean | null;
  observed_at: string | null;
  shame_score: number | null;
  shame_band: string | null;
  total_downtime_hours: number | null;
  downtime_seconds: number | null;
  weighted_downtime: number | null;
  weighted_exposure: number | null;
  uptime_percent: number | null;
  rides_operating: number | null;
  rides_down: number | null;
  rides_eligible: number | null;
  average_wait_minutes: number | null;
  max_wait_minutes: number | null;
  coverage_percent: number | null;
  trend_points: number | null;
}

export interface RideRow extends ParkIdentity {
  rank: number | null;
  unranked_reason: string | null;
  ride_id: number;
  ride_name: string;
  ride_slug: string;
  kind: string;
  land: string | null;
  start_date: string;
  end_date: string;
  tier: number | null;
  tier_label: string;
  weight: number;
  eligible: boolean;
  excluded_reason: string | null;
  observed_at: string | null;
  status: string | null;
  status_since: string | null;
  is_down: boolean | null;
  total_downtime_hours: number | null;
  downtime_seconds: number | null;
  operating_seconds: number | null;
  uptime_percent: number | null;
  outages: number | null;
  average_wait_minutes: number | null;
  max_wait_minutes: number | null;
  coverage_percent: number | null;
  trend_points: number | null;
}

/** A park of the catalogue, `/api/parks`. */
export interface CatalogPark extends ParkIdentity {
  region: string | null;
  latitude: number | null;
  longitude: number | null;
  is_water_park: boolean;
  is_active: boolean;
}

/** `/api/parks/sparklines` and `/api/rides/sparklines`: one value per day, null where there is none. */
export interface SparklineRow {
  park_id?: number;
  ride_id?: number;
  days: string[];
  values: (number | null)[];
}

/** `/api/search-index`. */
export interface SearchIndex {
  parks: { park_id: number; name: string; slug: string; operator: string | null; country: string | null }[];
  rides: { ride_id: number; name: string; slug: string; park_id: number; kind: string }[];
}
