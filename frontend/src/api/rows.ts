/** The shapes of the API's answers, in the words of docs/api.md. Null means "no data", never zero. */
import type { components } from "./schema";

export type Schemas = components["schemas"];

export type Source = Schemas["Source"];
export type PeriodBody = Schemas["PeriodBody"];
export type CoverageBody = Schemas["CoverageBody"];
export type NearMatch = Schemas["NearMatch"];
export type ErrorBody = Schemas["ErrorBody"];

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

/** What every row says about its park. */
export type ParkIdentity = Pick<
  ParkRow,
  | "park_id"
  | "park_name"
  | "park_slug"
  | "operator"
  | "country"
  | "timezone"
  | "queue_times_url"
  | "themeparks_wiki_url"
>;

export type ParkRow = Schemas["ParkRow"];
export type RideRow = Schemas["RideRow"];
/** A park of the catalogue, `/api/parks`. */
export type CatalogPark = Schemas["ParkInfo"];

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
