import { QueryClientProvider } from "@tanstack/react-query";
import { act } from "react";
import { createRoot, type Root } from "react-dom/client";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { queryClient, useApi, type ApiResult } from "./client";

vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);

let root: Root;
let seen: ApiResult<string>;

function Probe({ period }: { period: string }) {
  seen = useApi<string>("/api/parks/downtime", { period });
  return null;
}

const show = (period: string) =>
  act(async () => {
    root.render(
      <QueryClientProvider client={queryClient}>
        <Probe period={period} />
      </QueryClientProvider>,
    );
  });

const settled = (check: () => void) => act(async () => vi.waitFor(check, { timeout: 8000 }));

function serve(handler: (url: string) => Response): void {
  vi.stubGlobal("fetch", vi.fn(async (url: string) => handler(url)));
}

const body = (data: string) =>
  new Response(JSON.stringify({ success: true, data, data_as_of: "2026-08-20T11:58:00Z", metrics_version: 1, attribution: [] }));

beforeEach(() => {
  queryClient.clear();
  root = createRoot(document.createElement("div"));
});
afterEach(() => act(async () => root.unmount()));

it("shows the period before while another one loads, and says so", async () => {
  let release: (answer: Response) => void = () => undefined;
  vi.stubGlobal(
    "fetch",
    vi.fn((url: string) =>
      url.includes("7days") ? new Promise<Response>((resolve) => (release = resolve)) : Promise.resolve(body("today")),
    ),
  );
  await show("today");
  await settled(() => expect(seen.data?.data).toBe("today"));
  await show("7days");
  expect(seen.data?.data).toBe("today");
  expect(seen.isPrevious).toBe(true);
  await act(async () => release(body("week")));
  await settled(() => expect(seen.data?.data).toBe("week"));
  expect(seen.isPrevious).toBe(false);
});

it("keeps the last good data when the server fails, and says why", async () => {
  serve(() => body("good"));
  await show("today");
  await settled(() => expect(seen.data?.data).toBe("good"));
  const refused = { success: false, error: { code: "bad_parameter", message: "no such thing" } };
  serve(() => new Response(JSON.stringify(refused), { status: 400 }));
  await act(async () => seen.refetch());
  await settled(() => expect(seen.error?.code).toBe("bad_parameter"));
  expect(seen.data?.data).toBe("good");
  expect(seen.isStale).toBe(true);
});

it("asks once for what two parts of a page need", async () => {
  serve(() => body("once"));
  await act(async () => {
    root.render(
      <QueryClientProvider client={queryClient}>
        <Probe period="today" />
        <Probe period="today" />
      </QueryClientProvider>,
    );
  });
  await settled(() => expect(seen.data?.data).toBe("once"));
  expect(fetch).toHaveBeenCalledTimes(1);
});
