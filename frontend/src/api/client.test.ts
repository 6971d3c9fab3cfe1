import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError, apiUrl, canonicalQuery, fetchAnswer, plantSeed, queryClient } from "./client";

const BODY = { success: true, data: [1], data_as_of: "2026-08-20T11:58:00Z", metrics_version: 1, attribution: [] };

function answer(body: unknown, init: ResponseInit = {}): void {
  vi.stubGlobal("fetch", vi.fn(async () => new Response(JSON.stringify(body), init)));
}

beforeEach(() => queryClient.clear());
afterEach(() => vi.unstubAllGlobals());

describe("addresses", () => {
  it("are sorted by name, without empty and default values", () => {
    const parameters = { start: "2026-08-01", end: "2026-08-15", filter: "all", country: "", operator: null, offset: 0, limit: 500 };
    expect(apiUrl("/api/parks/downtime", parameters)).toBe("/api/parks/downtime?end=2026-08-15&limit=500&start=2026-08-01");
  });

  it("say nothing where everything is as usual", () => {
    expect(apiUrl("/api/parks/downtime", { period: "today" })).toBe("/api/parks/downtime");
    expect(canonicalQuery({})).toBe("");
  });

  it("write signs as forms do, so that they equal those of the served seed", () => {
    expect(canonicalQuery({ operator: "Six Flags & Söhne" })).toBe("?operator=Six+Flags+%26+S%C3%B6hne");
  });

  it("leave out what heat maps mean by themselves, which is not today", () => {
    expect(apiUrl("/api/parks/1/heatmap", { period: "30days" })).toBe("/api/parks/1/heatmap");
    expect(apiUrl("/api/parks/1/heatmap", { period: "today" })).toBe("/api/parks/1/heatmap?period=today");
  });

  it("may be given without their prefix", () => {
    expect(apiUrl("/parks")).toBe("/api/parks");
  });
});

describe("answers", () => {
  it("are handed on as they are", async () => {
    answer(BODY);
    await expect(fetchAnswer("/api/parks")).resolves.toEqual({ body: BODY, isKept: false });
  });

  it("say when the service worker kept them", async () => {
    answer(BODY, { headers: { "X-Hallofshame-Kept": "1" } });
    await expect(fetchAnswer("/api/parks")).resolves.toMatchObject({ isKept: true });
  });

  it("that are refused name parameter, reason and near matches", async () => {
    const error = { code: "not_found", message: "no park 'gardalan'", parameter: "park", near_matches: [{ path: "/parks/gardaland" }] };
    answer({ success: false, error }, { status: 404 });
    const problem = await fetchAnswer("/api/parks/gardalan/details").catch((found: unknown) => found);
    expect(problem).toBeInstanceOf(ApiError);
    expect(problem).toMatchObject({ status: 404, code: "not_found", parameter: "park", isPassing: false, nearMatches: error.near_matches });
  });

  it("of something in between still are errors of one kind", async () => {
    vi.stubGlobal("fetch", vi.fn(async () => new Response("<html>Bad gateway</html>", { status: 502 })));
    await expect(fetchAnswer("/api/parks")).rejects.toMatchObject({ status: 502, code: "unexpected_answer", isPassing: true });
  });

  it("that never come are a passing error", async () => {
    vi.stubGlobal("fetch", vi.fn(async () => Promise.reject(new TypeError("Failed to fetch"))));
    await expect(fetchAnswer("/api/parks")).rejects.toMatchObject({ status: 0, code: "unreachable", isPassing: true });
  });
});

describe("the seed", () => {
  it("of the served page is in the cache before anything is asked", () => {
    const page = document.implementation.createHTMLDocument();
    page.body.innerHTML = `<script type="application/json" id="seed">${JSON.stringify({ "/api/parks": BODY })}</script>`;
    plantSeed(page);
    expect(queryClient.getQueryData(["/api/parks"])).toEqual({ body: BODY, isKept: false });
  });

  it("may be missing", () => {
    plantSeed(document.implementation.createHTMLDocument());
    expect(queryClient.getQueryCache().getAll()).toHaveLength(0);
  });
});
