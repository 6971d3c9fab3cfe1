/** What a park or ride page is asked to show: the period and the choices in its address. */
import { PERIOD_PARAMETERS, periodName, periodWords } from "../../lib/periods";
import { canonicalQuery, type ApiParameters } from "../../api/client";
import { pick, useQueryState, type QueryPatch, type QueryState } from "../../lib/urlState";

export interface View {
  state: QueryState;
  set: (patch: QueryPatch) => void;
  /** The parameters of the period, as the API takes them. */
  period: ApiParameters;
  name: string;
  /** The period in the middle of a sentence. */
  words: string;
  /** The same after "over" or "for": "the last 7 days". */
  during: string;
  isLive: boolean;
  /** True for today and right now, which change while one looks. */
  isRunning: boolean;
  /** The query that keeps the period on another page. */
  query: string;
}

export function useView(): View {
  const [state, set] = useQueryState();
  const period = pick(state, PERIOD_PARAMETERS);
  const name = periodName(state);
  const words = periodWords(state);
  return {
    state,
    set,
    period,
    name,
    words,
    during: /^last \d/.test(words) ? `the ${words}` : words,
    isLive: name === "live",
    isRunning: name === "live" || name === "today",
    query: canonicalQuery(period),
  };
}

/** The choice a parameter names, or the first one. */
export function chosen<Value extends string>(value: string | undefined, options: readonly Value[]): Value {
  return options.find((option) => option === value) ?? (options[0] as Value);
}

/** A day of the calendar, or null. */
export const dateOr = (value: string | undefined): string | null =>
  value !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(value) ? value : null;

/** The period of a heat map: the page's own where it is long enough to have a pattern, else the last 30 days. */
export function patternPeriod(view: View): { parameters: ApiParameters; words: string } {
  const isShort = ["live", "today", "yesterday"].includes(view.name) || (view.name === "range" && view.state["start"] === view.state["end"]);
  return isShort ? { parameters: {}, words: "the last 30 days" } : { parameters: view.period, words: view.during };
}
