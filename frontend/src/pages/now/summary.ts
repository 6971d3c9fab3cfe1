/** The rows of `/api/live/status-summary`. */

export interface StatusSummary {
  parks: { total: number; open: number; closed: number; no_data: number };
  rides: {
    total: number;
    operating: number;
    down: number;
    closed: number;
    refurbishment: number;
    no_data: number;
    counted_as_down: number;
  };
  freshness: { newest_observed_at: string | null; oldest_observed_at: string | null; holds_for_seconds: number };
}
