/** Reading the API for React: one cache, seeded with what the served page already holds. */
import {
  keepPreviousData,
  QueryClient,
  useQuery,
  type QueryFunctionContext,
  type UseQueryOptions,
} from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { ApiError, apiUrl, fetchAnswer, freshnessNow, noteFreshness, watchFreshness, type ApiParameters, type Freshness, type Held } from "./answers";
import { whenIdle } from "../lib/worker";
import type { Envelope } from "./rows";

export { ApiError, apiUrl, canonicalQuery, fetchAnswer, UNREACHABLE, type ApiParameters, type Freshness, type ParameterValue } from "./answers";

/** How often the live view asks again, and how long any answer counts as fresh. */
export const REFRESH_MS = 60_000;
const KEEP_MS = 15 * 60_000;
/** Where it keeps them. */
const SEEN = "seen";

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

/** The addresses of the answers that are shown; null while one of them is awaited, failed, or was kept from earlier. */
export function wholeAnswers(): string[] | null {
  const shown = queryClient.getQueryCache().findAll({ type: "active" });
  const isThere = shown.every(({ state }) => state.status === "success" && state.fetchStatus === "idle" && !(state.data as Held).isKept);
  return isThere ? shown.map(({ queryKey }) => String(queryKey[0])) : null;
}

/** How fresh the data on the page is. */
export function useFreshness(): Freshness {
  return useSyncExternalStore(watchFreshness, freshnessNow);
}
