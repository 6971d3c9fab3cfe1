/** The shapes of the API's answers, in the words of docs/api.md. Null means "no data", never zero. */
import type { components } from "./schema";

export type Schemas = components["schemas"];

export type ErrorBody = Schemas["ErrorBody"];

/** What the islands read of the one envelope of every answer. */
export interface Envelope<T> {
  success: true;
  data: T;
  data_as_of: string | null;
}

/** `/api/search-index`. */
export type SearchIndex = Schemas["SearchIndex"];
