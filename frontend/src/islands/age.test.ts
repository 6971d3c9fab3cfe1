import { expect, it } from "vitest";
import { age, inWords, lateWords } from "./age";

const show = (late: string, time: string) => {
  document.body.innerHTML = `<p id="as-of"${late}>Data as of ${time}</p>`;
};
const AT = Date.parse("2026-08-20T15:03:00Z");
const TIME = '<time datetime="2026-08-20T15:03:00Z">15:03</time>';

it("says nothing while figures are fresh, and how old they are once they are late", () => {
  show(' data-late-after="900"', TIME);
  expect(lateWords(AT + 900_000)).toBeNull();
  expect(lateWords(AT + 901_000)).toContain("15 min old");
  expect(lateWords(AT + 3_725_000)).toContain("1 h 02 min old");
  expect(lateWords(AT - 60_000)).toBeNull();
});

it("says nothing where nothing was collected, or the page does not say when it is late", () => {
  show(' data-late-after="900"', "");
  expect(age(AT)).toBeNull();
  expect(lateWords(AT + 9e9)).toBeNull();
  show("", TIME);
  expect(lateWords(AT + 9e9)).toBeNull();
});

it("writes lengths as people do", () => {
  expect([10, 3540, 3600, 172_000, 400_000].map(inWords)).toEqual([
    "1 min",
    "59 min",
    "1 h 00 min",
    "47 h 47 min",
    "5 days",
  ]);
});
