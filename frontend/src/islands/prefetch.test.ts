import { readFileSync } from "node:fs";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { startPrefetch } from "./prefetch";

const hints = () =>
  [...document.head.querySelectorAll<HTMLLinkElement>("link[rel=prefetch]")].map(hint => new URL(hint.href).pathname);
const pointAt = (id: string) => {
  document.getElementById(id)?.dispatchEvent(new Event("pointerover", { bubbles: true }));
  vi.advanceTimersByTime(100);
};

beforeEach(() => {
  vi.useFakeTimers();
  document.body.innerHTML = `<a id="page" href="/rides">Rides</a> <a id="file" href="/api/parks">JSON</a>
    <a id="section" href="#rides">Below</a> <a id="other" href="https://queue-times.com/">Source</a>`;
});
afterEach(() => {
  vi.useRealTimers();
  document.head.replaceChildren();
});

// First, as listeners outlast a test.
it("leaves it to a browser that knows speculation rules", () => {
  vi.stubGlobal("HTMLScriptElement", { supports: () => true });
  startPrefetch();
  pointAt("page");
  expect(hints()).toEqual([]);
  vi.unstubAllGlobals();
});

it("fetches a page that is pointed at, once, where the browser knows no speculation rules", () => {
  startPrefetch();
  pointAt("page");
  pointAt("page");
  expect(hints()).toEqual(["/rides"]);
  for (const id of ["file", "section", "other"]) pointAt(id);
  expect(hints()).toEqual(["/rides"]);
});

it("goes from page to page by a view transition, for those who do not mind motion", () => {
  const sheet = readFileSync("src/styles/islands.css", "utf8");
  const quiet = sheet.slice(sheet.indexOf("@media (prefers-reduced-motion: no-preference)"));
  expect(quiet).toMatch(/@view-transition\s*\{\s*navigation:\s*auto/);
});
