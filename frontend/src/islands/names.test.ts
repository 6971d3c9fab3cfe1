import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { entriesOf, findEntries, isNear } from "./names";

const SHARED = JSON.parse(readFileSync(`${__dirname}/../../../tests/data/search_cases.json`, "utf-8"));

it.each(Object.entries(SHARED.cases))("finds for %j what the page finds", (typed, paths) => {
  const found = typed.match(/[\p{L}\p{N}]/u) ? findEntries(entriesOf(SHARED.index), typed, 60) : [];
  expect(found.map(entry => entry.path)).toEqual(paths);
});

const ENTRIES = entriesOf({
  parks: [
    {
      park_id: 1,
      name: "Phantasialand",
      slug: "phantasialand",
      operator: "Independent",
      country: "Germany",
      former: [],
    },
    {
      park_id: 3,
      name: "Kings Island",
      slug: "kings-island",
      operator: "Six Flags",
      country: "United States",
      former: ["Cedar Fair"],
    },
    {
      park_id: 2,
      name: "Magic Kingdom",
      slug: "magic-kingdom",
      operator: "Disney",
      country: "United States",
      former: [],
    },
  ],
  rides: [
    { ride_id: 7, name: "Space Mountain", slug: "space-mountain", park_id: 2, kind: "ATTRACTION", former: [] },
    { ride_id: 8, name: "Château Noir™", slug: "chateau-noir", park_id: 1, kind: "ATTRACTION", former: [] },
    { ride_id: 9, name: "Magic Carpets", slug: "magic-carpets", park_id: 2, kind: "ATTRACTION", former: [] },
  ],
  operators: [{ name: "Six Flags", parks: 1, path: "/?operator=Six+Flags" }],
  pages: [
    { name: "Waits", words: "Where people wait", path: "/waits" },
    { name: "Last month", words: "The ranking of parks", path: "/?period=last_month" },
  ],
});
const paths = (text: string) => findEntries(ENTRIES, text, 5).map(entry => entry.path);

it("finds by the beginnings of words, in any order", () => {
  expect(paths("mou spa")).toEqual(["/rides/7-space-mountain"]);
});

it("forgives accents, signs, case and a slip", () => {
  expect(paths("chateau")).toEqual(["/rides/8-chateau-noir"]);
  expect(paths("SPACE MOUNTIAN")).toEqual(["/rides/7-space-mountain"]);
  expect(paths("phantasyaland")).toContain("/parks/phantasialand");
});

it("puts parks before rides that fit as well", () => {
  expect(paths("magic")[0]).toBe("/parks/magic-kingdom");
});

it("finds the rides of a park by its name, and nothing for nonsense", () => {
  expect(paths("kingdom mountain")).toEqual(["/rides/7-space-mountain"]);
  expect(paths("qqqq")).toEqual([]);
});

it("finds parks by the names they or their operators went by", () => {
  expect(paths("cedar")).toEqual(["/parks/kings-island"]);
});

it("finds operators, pages and periods", () => {
  expect(paths("six flags")[0]).toBe("/?operator=Six+Flags");
  expect(paths("waits")).toEqual(["/waits"]);
  expect(paths("last month")).toEqual(["/?period=last_month"]);
});

it("takes one slip for near and two for far", () => {
  expect(isNear("mountian", "mountain")).toBe(true);
  expect(isNear("montain", "mountain")).toBe(true);
  expect(isNear("mxuntxin", "mountain")).toBe(false);
});
