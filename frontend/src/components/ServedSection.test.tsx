import { act } from "react";
import { createRoot } from "react-dom/client";
import { afterEach, expect, it, vi } from "vitest";
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
