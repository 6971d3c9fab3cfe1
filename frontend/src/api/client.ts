/** Reading the API: one way to write an address, one cache, seeded with what the served page already holds. */
import {
  keepPreviousData,
  QueryClient,
  useQuery,
  type QueryFunctionContext,
  type UseQueryOptions,
} from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import type { Envelope, ErrorBody, NearMatch } from "./rows";

/** A parameter's value; null, undefined and "" leave it out. */
export type ParameterValue = string | number | boolean | null | undefined;
export type ApiParameters = Record<string, ParameterValue>;

/** How often the live view asks again, and how long any answer counts as fresh. */
export const REFRESH_MS = 60_000;
const KEEP_MS = 15 * 60_000;
/** Parameters whose default value is left out, so that one view has one address. */
const DEFAULTS: Record<string, string> = { period: "today", filter: "all", offset: "0" };
/** Heatmaps need more than a day: their default period is another. */
const HEATMAP_DEFAULTS: Record<string, string> = { ...DEFAULTS, period: "30days" };
/** Header with which the service worker marks an answer it kept from earlier. */
const KEPT_HEADER = "X-Hallofshame-Kept";
/** Where it keeps them. */
const SEEN = "seen";

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
interface Held {
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

const queryFunction = ({ queryKey, signal }: QueryFunctionContext): Promise<Held> =>
  fetchAnswer(String(queryKey[0]), signal);

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      queryFn: queryFunction,
      staleTime: REFRESH_MS,
      gcTime: KEEP_MS,
      // The service worker may know an answer while the network does not.
      networkMode: "always",
      refetchOnWindowFocus: true,
      retry: (failures, error) => error instanceof ApiError && error.isPassing && failures < 2,
      retryDelay: (attempt) => 800 * 2 ** attempt,
    },
  },
});

/** Put the answers that came with the page into the cache. */
export function plantSeed(document: Document): void {
  const seeds = seedsOf(document);
  // A page that the service worker kept from an earlier visit: shown, and asked for anew at once.
  const isKept = document.documentElement.dataset["kept"] !== undefined;
  for (const [url, body] of Object.entries(seeds)) {
    queryClient.setQueryData([url], { body, isKept } satisfies Held, isKept ? { updatedAt: 1 } : undefined);
    noteFreshness(body, isKept);
  }
}

function seedsOf(document: Document): Record<string, Envelope<unknown>> {
  const text = document.getElementById("seed")?.textContent;
  return text ? (JSON.parse(text) as Record<string, Envelope<unknown>>) : {};
}

/** The newest `data_as_of` of the answers that came with a page; null where none did. */
export function seedAsOf(document: Document): string | null {
  return Object.values(seedsOf(document)).reduce<string | null>((newest, { data_as_of: asOf }) => ((asOf ?? "") > (newest ?? "") ? asOf : newest), null);
}

/** Keep the answers that came with the page for the time without a network, as the service worker keeps those asked for. */
export async function keepSeed(document: Document): Promise<void> {
  if (document.documentElement.dataset["kept"] !== undefined) return;
  const cache = await caches.open(SEEN);
  const headers = { "Content-Type": "application/json" };
  await Promise.all(Object.entries(seedsOf(document)).map(([url, body]) => cache.put(url, new Response(JSON.stringify(body), { headers }))));
}

export interface ApiOptions {
  /** Ask again every minute, as long as the page is looked at. */
  live?: boolean;
  /** False: do not ask (yet). */
  enabled?: boolean;
}

export interface ApiResult<T> {
  /** The answer; undefined before the first one. While another period loads, the one before. */
  data: Envelope<T> | undefined;
  /** Why the latest attempt failed, or null. */
  error: ApiError | null;
  /** The data shown is the last good one: the server cannot be reached just now. */
  isStale: boolean;
  /** The data shown belongs to what was asked for before; the new answer is on its way. */
  isPrevious: boolean;
  isFetching: boolean;
  refetch: () => void;
}

/** One answer of the API, kept fresh. `T` is the type of its `data`. */
export function useApi<T>(path: string, parameters: ApiParameters = {}, options: ApiOptions = {}): ApiResult<T> {
  const query: UseQueryOptions<Held> = {
    queryKey: [apiUrl(path, parameters)],
    placeholderData: keepPreviousData,
    enabled: options.enabled ?? true,
    refetchInterval: options.live ? REFRESH_MS : false,
  };
  const result = useQuery(query);
  const error = result.error === null ? null : asApiError(result.error);
  return {
    data: result.data?.body as Envelope<T> | undefined,
    error,
    isStale: result.data !== undefined && (error !== null || result.data.isKept),
    isPrevious: result.isPlaceholderData,
    isFetching: result.isFetching,
    refetch: () => void result.refetch(),
  };
}

function asApiError(error: Error): ApiError {
  return error instanceof ApiError ? error : new ApiError(0, "broken_answer", error.message);
}

/** Fetch an answer into the cache without showing it, when the browser has nothing better to do. */
export function prefetchApi(path: string, parameters: ApiParameters = {}): void {
  whenIdle(() => void queryClient.prefetchQuery({ queryKey: [apiUrl(path, parameters)], retry: false }));
}

/** Run a task when the browser is idle. */
export function whenIdle(task: () => void): void {
  if ("requestIdleCallback" in window) window.requestIdleCallback(task, { timeout: 4000 });
  else setTimeout(task, 300);
}

/** The newest `data_as_of` of all answers so far, and whether the latest answer was a kept copy. */
export interface Freshness {
  /** Null where nothing was collected yet, undefined before the first answer. */
  asOf: string | null | undefined;
  isKept: boolean;
}

let freshness: Freshness = { asOf: undefined, isKept: false };
const watchers = new Set<() => void>();

function noteFreshness(body: Envelope<unknown>, isKept: boolean): void {
  const asOf = body.data_as_of;
  const newest = asOf !== undefined && (freshness.asOf === undefined || (asOf ?? "") > (freshness.asOf ?? ""));
  if (!newest && isKept === freshness.isKept) return;
  freshness = { asOf: newest ? asOf : freshness.asOf, isKept };
  for (const watcher of watchers) watcher();
}

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/** The addresses of the answers that are shown; null while one of them is awaited, failed, or was kept from earlier. */
export function wholeAnswers(): string[] | null {
  const shown = queryClient.getQueryCache().findAll({ type: "active" });
  const isThere = shown.every(({ state }) => state.status === "success" && state.fetchStatus === "idle" && !(state.data as Held).isKept);
  return isThere ? shown.map(({ queryKey }) => String(queryKey[0])) : null;
}

/** How fresh the data on the page is. */
export function useFreshness(): Freshness {
  return useSyncExternalStore(watch, () => freshness);
}
