/** Asking the API: one way to write an address, one shape of refusal, and how fresh the answers are. No framework. */
import type { Envelope, ErrorBody, NearMatch } from "./rows";

/** A parameter's value; null, undefined and "" leave it out. */
export type ParameterValue = string | number | boolean | null | undefined;
export type ApiParameters = Record<string, ParameterValue>;

/** Parameters whose default value is left out, so that one view has one address. */
const DEFAULTS: Record<string, string> = { period: "today", filter: "all", offset: "0" };
/** Heatmaps need more than a day: their default period is another. */
const HEATMAP_DEFAULTS: Record<string, string> = { ...DEFAULTS, period: "30days" };
/** Header with which the service worker marks an answer it kept from earlier. */
const KEPT_HEADER = "X-Hallofshame-Kept";
/** A query in canonical form: sorted by name, empty and default values left out. With "?" or empty. */
export function canonicalQuery(parameters: ApiParameters, defaults = DEFAULTS): string {
  const kept = Object.entries(parameters)
    .filter(([, value]) => value !== null && value !== undefined && value !== "")
    .map(([name, value]): [string, string] => [name, String(value)])
    .filter(([name, value]) => defaults[name] !== value)
    .sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
  return kept.length === 0 ? "" : `?${new URLSearchParams(kept)}`;
}

/** Address of an answer: `apiUrl("/api/parks/downtime", {period: "7days"})`; "/api" may be left out. */
export function apiUrl(path: string, parameters: ApiParameters = {}): string {
  const full = path.startsWith("/api/") ? path : `/api${path}`;
  return full + canonicalQuery(parameters, full.endsWith("/heatmap") ? HEATMAP_DEFAULTS : DEFAULTS);
}

/** An answer that was refused, or a server that could not be reached (`status` 0). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly parameter: string | null = null,
    readonly nearMatches: NearMatch[] = [],
  ) {
    super(message);
    this.name = "ApiError";
  }

  /** Whether asking again may help. */
  get isPassing(): boolean {
    return this.status === 0 || this.status >= 500;
  }
}

/** What the cache holds: the body, and whether it is a kept copy because the server was out of reach. */
export interface Held {
  body: Envelope<unknown>;
  isKept: boolean;
}

async function refusal(response: Response): Promise<ApiError> {
  let body: ErrorBody | null = null;
  try {
    body = (await response.json()) as ErrorBody;
  } catch {
    // Not JSON: a proxy in between answered. The status alone has to do.
  }
  const problem = body?.error;
  return new ApiError(
    response.status,
    problem?.code ?? "unexpected_answer",
    problem?.message ?? `the server answered with status ${response.status}`,
    problem?.parameter ?? null,
    problem?.near_matches ?? [],
  );
}

/** What is said where no answer came. */
export const UNREACHABLE = "the server could not be reached";

/** Fetch one answer. Raises {@link ApiError}. */
export async function fetchAnswer(url: string, signal?: AbortSignal): Promise<Held> {
  let response: Response;
  try {
    response = await fetch(url, { headers: { Accept: "application/json" }, signal: signal ?? null });
  } catch (problem) {
    if (signal?.aborted) throw problem;
    throw new ApiError(0, "unreachable", UNREACHABLE);
  }
  if (!response.ok) throw await refusal(response);
  const body = (await response.json()) as Envelope<unknown>;
  const isKept = response.headers.has(KEPT_HEADER);
  noteFreshness(body, isKept);
  return { body, isKept };
}

/** The newest `data_as_of` of all answers so far, and whether the latest answer was a kept copy. */
export interface Freshness {
  /** Null where nothing was collected yet, undefined before the first answer. */
  asOf: string | null | undefined;
  isKept: boolean;
}

let freshness: Freshness = { asOf: undefined, isKept: false };
const watchers = new Set<() => void>();

/** The freshness as it is now. */
export const freshnessNow = (): Freshness => freshness;

/** Take note of an answer. */
export function noteFreshness(body: Envelope<unknown>, isKept: boolean): void {
  const asOf = body.data_as_of;
  const newest = asOf !== undefined && (freshness.asOf === undefined || (asOf ?? "") > (freshness.asOf ?? ""));
  if (!newest && isKept === freshness.isKept) return;
  freshness = { asOf: newest ? asOf : freshness.asOf, isKept };
  for (const watcher of watchers) watcher();
}

/** Be told when it changes; what is given back ends it. */
export function watchFreshness(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}
