import { useMemo } from "react";
import { Link, useLocation } from "wouter";
import { useApi } from "../api/client";
import type { CatalogPark } from "../api/rows";
import { addressWith, useQueryState, type QueryState } from "../lib/urlState";

export const FILTER_PARAMETERS = ["filter", "operator", "chain", "country", "region"] as const;
const NO_FILTER = Object.fromEntries(FILTER_PARAMETERS.map((name) => [name, null]));
const NONE: CatalogPark[] = [];

/** Values of `filter` that mean every park. */
const EVERY_PARK = ["all", "all-parks"];
const scopeOf = (state: QueryState) => (EVERY_PARK.includes(state["filter"] ?? "") ? undefined : state["filter"]);

/** Whether any filter is set. */
export const isFiltered = (state: QueryState): boolean =>
  FILTER_PARAMETERS.some((name) => (name === "filter" ? scopeOf(state) : state[name]) !== undefined);

type Field = "operator" | "country" | "region";

/** Choosing parks: all or the big two, by operator, country and region. It lives in the address. */
export function ParkFilters() {
  const [path] = useLocation();
  const [state, set] = useQueryState();
  const { data } = useApi<CatalogPark[]>("/api/parks", { limit: 500 });
  const parks = data?.data ?? NONE;
  const choose = (name: string, value: string) => set({ [name]: value, offset: null, ...(name === "operator" ? { chain: null } : {}) });
  return (
    <div className="filters" role="group" aria-label="Which parks">
      <label>
        Parks
        <select value={scopeOf(state) ?? ""} onChange={(event) => choose("filter", event.target.value)}>
          <option value="">All parks</option>
          <option value="disney-universal">Disney and Universal</option>
        </select>
      </label>
      <Choice label="Operator" any="Any operator" field="operator" value={state["operator"] ?? state["chain"]} parks={parks} choose={choose} />
      <Choice label="Country" any="Any country" field="country" value={state["country"]} parks={parks} choose={choose} />
      <Choice label="Region" any="Any region" field="region" value={state["region"]} parks={parks} choose={choose} />
      {isFiltered(state) && (
        <Link className="clear" href={addressWith(path, state, { ...NO_FILTER, offset: null })}>
          Show every park
        </Link>
      )}
    </div>
  );
}

interface ChoiceProps {
  label: string;
  any: string;
  field: Field;
  value: string | undefined;
  parks: readonly CatalogPark[];
  choose: (name: string, value: string) => void;
}

/** As the API compares names: without case, accents and signs. */
const plain = (text: string) =>
  text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");

function Choice({ label, any, field, value, parks, choose }: ChoiceProps) {
  const names = useMemo(() => {
    const distinct = new Set(parks.flatMap((park) => (park[field] ? [park[field]] : [])));
    return [...distinct].sort((one, other) => one.localeCompare(other, "en"));
  }, [parks, field]);
  const current = value === undefined ? "" : (names.find((name) => plain(name) === plain(value)) ?? value);
  const options = current !== "" && !names.includes(current) ? [current, ...names] : names;
  return (
    <label>
      {label}
      <select value={current} onChange={(event) => choose(field, event.target.value)}>
        <option value="">{any}</option>
        {options.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  );
}
