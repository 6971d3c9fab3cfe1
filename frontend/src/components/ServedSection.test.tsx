import { act } from "react";
import { createRoot } from "react-dom/client";
import { afterEach, expect, it, vi } from "vitest";
import { fetchAnswer } from "../api/client";
import { SectionNav } from "./SectionNav";
import { holdSections, ServedSection } from "./ServedSection";

const PRICES = `<section id="prices" data-drawn="server"><h2>What it costs</h2></section>`;

async function drawn(path: string): Promise<HTMLElement> {
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
  const place = document.createElement("div");
  await act(async () => createRoot(place).render(<ServedSection id="prices" path={path} />));
  return place;
}

const answers = (body: string, status = 200) => vi.stubGlobal("fetch", async () => new Response(`<html><body>${body}</body></html>`, { status }));

afterEach(() => vi.unstubAllGlobals());

it("shows a section as it was served", async () => {
  holdSections(new DOMParser().parseFromString(PRICES, "text/html"), "/parks/one");
  expect((await drawn("/parks/one")).textContent).toBe("What it costs");
});

it("takes a section from its page where it was not served", async () => {
  answers(PRICES);
  expect((await drawn("/parks/two")).textContent).toBe("What it costs");
});

it("shows nothing where the page has no such section", async () => {
  answers("");
  expect((await drawn("/parks/three")).textContent).toBe("");
});

it("says when it could not be fetched, with the way to it", async () => {
  answers("", 500);
  expect((await drawn("/parks/four")).querySelector("a")?.getAttribute("href")).toBe("/parks/four#prices");
});

it("keeps a section of a period with its query alone", async () => {
  const kinds = (words: string) => `<section id="prices" data-drawn="server" data-of="period">${words}</section>`;
  holdSections(new DOMParser().parseFromString(kinds("of Disney"), "text/html"), "/five?filter=disney");
  answers(kinds("of all"));
  expect((await drawn("/five?filter=disney")).textContent).toBe("of Disney");
  expect((await drawn("/five")).textContent).toBe("of all");
});

const seed = (asOf: string) => `<script type="application/json" id="seed">${JSON.stringify({ "/api/x": { data: null, data_as_of: asOf } })}</script>`;
const page = (body: string) => new DOMParser().parseFromString(`<html><body>${body}</body></html>`, "text/html");
/** The poll of a page answers with figures of this look. */
const polled = async (asOf: string) => {
  vi.stubGlobal("fetch", async () => Response.json({ data: null, data_as_of: asOf }));
  await fetchAnswer("/api/x");
};
const section = (words: string) => `<section id="prices" data-drawn="server">${words}</section>`;

it("swaps a section once the page's poll brings figures of a later look", async () => {
  await polled("2026-08-20T10:00:00Z");
  holdSections(page(section("3 h lost") + seed("2026-08-20T10:00:00Z")), "/parks/six");
  const place = await drawn("/parks/six");
  expect(place.textContent).toBe("3 h lost");
  await act(() => polled("2026-08-20T10:00:00Z"));
  expect(place.textContent).toBe("3 h lost");
  await act(async () => {
    const asked = polled("2026-08-20T10:05:00Z");
    answers(section("4 h lost") + seed("2026-08-20T10:05:00Z"));
    await asked;
  });
  await vi.waitFor(() => expect(place.textContent).toBe("4 h lost"));
});

it("takes a section away that its page has no more", async () => {
  await polled("2026-08-21T10:00:00Z");
  holdSections(page(section("3 h lost") + seed("2026-08-20T10:05:00Z")), "/parks/seven");
  answers(seed("2026-08-21T10:00:00Z"));
  const place = await drawn("/parks/seven");
  await vi.waitFor(() => expect(place.textContent).toBe(""));
});

it("says that a section is older than what stands above where it could not be fetched again", async () => {
  await polled("2026-08-21T10:05:00Z");
  holdSections(page(section("3 h lost") + seed("2026-08-21T10:00:00Z")), "/parks/eight");
  answers("", 500);
  const place = await drawn("/parks/eight");
  await vi.waitFor(() => expect(place.textContent).toContain("older than those above"));
  expect(place.textContent).toContain("3 h lost");
});

it("lists in a menu the sections that are there", async () => {
  const place = document.createElement("div");
  const words = () => [...place.querySelectorAll("a")].map((link) => link.textContent);
  await act(async () => createRoot(place).render(<SectionNav sections={[["chart", "Chart"], ["prices", "Prices", "/parks/nine"]]} />));
  expect(words()).toEqual(["Chart"]);
  await act(async () => holdSections(page(section("9 €")), "/parks/nine"));
  expect(words()).toEqual(["Chart", "Prices"]);
});
