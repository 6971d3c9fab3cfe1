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
  ranked_by?: { field: string; sentence: string };
  data_as_of: string | null;
  metrics_version: number;
  /** Whether the data is that of recordings of other weeks. */
  demonstration: boolean;
  coverage?: CoverageBody;
  total?: number;
  limit?: number;
  offset?: number;
  attribution: Source[];
}

export type ParkRow = Schemas["ParkRow"];
export type RideRow = Schemas["RideRow"];
/** A park of the catalogue, `/api/parks`. */
export type CatalogPark = Schemas["ParkInfo"];

/** `/api/parks/sparklines` and `/api/rides/sparklines`: one value per day, null where there is none. */
export type ParkSparkline = Schemas["ParkSparkline"];
export type RideSparkline = Schemas["RideSparkline"];
/** `/api/search-index`. */
export type SearchIndex = Schemas["SearchIndex"];
