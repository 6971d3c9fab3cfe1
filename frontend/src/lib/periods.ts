/** Periods (R10) as the address writes them. */
import { NAMED_PERIODS } from "../api/words";
import type { QueryPatch, QueryState } from "./urlState";

export { NAMED_PERIODS };
export const PERIOD_PARAMETERS = ["period", "year", "start", "end"] as const;

/** The first year that can be asked for. */
export const FIRST_YEAR = 2000;

/** The name of the period a state asks for: a named one, "year" or "range". */
export function periodName(state: QueryState, fallback = "today"): string {
  if (state["year"] !== undefined) return "year";
  if (state["start"] !== undefined || state["end"] !== undefined) return "range";
  return state["period"] ?? fallback;
}

/** What a person calls the period of a state. */
export function periodLabel(state: QueryState, fallback = "today"): string {
  const name = periodName(state, fallback);
  if (name === "year") return String(state["year"]);
  if (name === "range") {
    return state["start"] === state["end"] ? String(state["start"]) : `${state["start"]} to ${state["end"]}`;
  }
  return NAMED_PERIODS.find((period) => period.name === name)?.label ?? name;
}

/** The same in the middle of a sentence. */
export function periodWords(state: QueryState, fallback = "today"): string {
  const label = periodLabel(state, fallback);
  return /^\d/.test(label) ? label : label.toLowerCase();
}

/** The change of the address that chooses a period; the page's own `fallback` needs no words. */
export function choose(
  period: { name: string } | { year: string } | { start: string; end: string },
  fallback = "today",
): QueryPatch {
  const none: QueryPatch = { period: null, year: null, start: null, end: null, offset: null };
  return "name" in period ? { ...none, period: period.name === fallback ? null : period.name } : { ...none, ...period };
}

/** The named periods beside this one, which a visitor is likely to want next. */
export function neighbours(name: string): string[] {
  const at = NAMED_PERIODS.findIndex((period) => period.name === name);
  if (at < 0) return [];
  return [NAMED_PERIODS[at - 1], NAMED_PERIODS[at + 1]].flatMap((period) => (period ? [period.name] : []));
}
