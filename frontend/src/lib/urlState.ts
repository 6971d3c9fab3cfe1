/** The state of a view is its address: reading and changing the query, with back and forward. */
import { useCallback, useMemo } from "react";
import { useLocation, useSearch } from "wouter";
import { useSearch as useSearchNow } from "wouter/use-browser-location";
import { canonicalQuery, type ParameterValue } from "../api/client";

export type QueryState = Readonly<Record<string, string>>;
export type QueryPatch = Record<string, ParameterValue>;

export interface SetOptions {
  /** Replace the current entry of the history instead of adding one (typing, sliding). */
  replace?: boolean;
}

/** Read a query; of a name given twice the first value counts. */
export function parseQuery(search: string): QueryState {
  const found: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(search)) {
    if (value !== "" && !(name in found)) found[name] = value;
  }
  return found;
}

/** What is left out of a page's address. Not the period: pages differ in the one they fall back on. */
const PAGE_DEFAULTS = { filter: "all", offset: "0" };

/** The address of the same page with other parameters; null and "" take a parameter away. */
export function addressWith(path: string, state: QueryState, patch: QueryPatch): string {
  return path + canonicalQuery({ ...state, ...patch }, PAGE_DEFAULTS);
}

/** The parameters of the page's address, and a function that changes some of them. */
export function useQueryState(): [QueryState, (patch: QueryPatch, options?: SetOptions) => void] {
  const [path, navigate] = useLocation();
  const search = useSearch();
  const state = useMemo(() => parseQuery(search), [search]);
  const set = useCallback(
    (patch: QueryPatch, options?: SetOptions) =>
      navigate(addressWith(path, parseQuery(window.location.search), patch), { replace: options?.replace ?? false }),
    [path, navigate],
  );
  return [state, set];
}

/** The query as the address bar has it at this moment, for controls that answer before the page is drawn anew. */
export function useQueryNow(): QueryState {
  const search = useSearchNow();
  return useMemo(() => parseQuery(search), [search]);
}

/** The named parameters of a state, for handing on to the API or to a link. */
export function pick(state: QueryState, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = state[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
