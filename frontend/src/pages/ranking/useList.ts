import { useEffect } from "react";
import { prefetchApi, useApi, type ApiParameters, type ApiResult } from "../../api/client";
import { FILTER_PARAMETERS } from "../../components";
import { neighbours, PERIOD_PARAMETERS, periodName } from "../../lib/periods";
import { pick, useQueryState, type QueryState } from "../../lib/urlState";

/** The whole catalogue of parks on one page. */
export const EVERY_PARK = { limit: 500 } as const;
/** Rides on one page: as many as a slow phone draws in the time of a click. The served page shows as many. */
export const RIDES_PER_PAGE = 50;

export interface List<Row> extends ApiResult<Row[]> {
  /** What was asked, for links to the same view elsewhere. */
  asked: ApiParameters;
  /** Fetch the view of another period ahead. */
  hint: (period: string) => void;
}

/** A list of the API for the period and filters of the address, kept fresh, with its neighbours fetched ahead. */
export function useList<Row>(path: string, own: readonly string[], fixed: ApiParameters = {}): List<Row> {
  const [state] = useQueryState();
  const asked = { ...pick(state, [...PERIOD_PARAMETERS, ...FILTER_PARAMETERS, ...own]), ...fixed };
  const name = periodName(state);
  const result = useApi<Row[]>(path, asked, { live: name === "live" || name === "today" });
  const hint = (period: string) => prefetchApi(path, inPeriod(state, own, fixed, period));
  const isThere = result.data !== undefined && !result.isPrevious;
  useEffect(() => {
    if (isThere) neighbours(name).forEach(hint);
    // Once for each view that has arrived.
  }, [isThere, name]);
  return { ...result, asked, hint };
}

function inPeriod(state: QueryState, own: readonly string[], fixed: ApiParameters, period: string): ApiParameters {
  return { ...pick(state, [...FILTER_PARAMETERS, ...own]), ...fixed, offset: fixed["offset"], period };
}
