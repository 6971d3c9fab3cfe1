/**
 * Finding parks, rides, operators and pages by name, also by former ones, forgiving accents, order of words and small slips. The page
 * `/search` does the same (`answers/name_search.py`); both are held to `tests/data/search_cases.json`.
 */
import type { SearchIndex } from "../api/rows";
import { counted } from "../lib/format";

export interface Entry {
  kind: "park" | "ride" | "operator" | "page";
  name: string;
  detail: string;
  path: string;
  /** The name as it is compared. */
  plain: string;
  /** The name and what else may be typed for it. */
  all: string;
}

/** Without case, accents and signs. */
function plainText(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/['’™®]/g, "")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

/** The index as entries: parks, then rides with their parks. */
export function entriesOf(index: SearchIndex): Entry[] {
  const parks = new Map(index.parks.map(park => [park.park_id, park]));
  const entry = (
    kind: Entry["kind"],
    name: string,
    detail: string,
    path: string,
    former: readonly string[] = [],
  ): Entry => {
    const plain = plainText(name);
    const words = former.length > 0 ? `${detail} · formerly ${former.join(", ")}` : detail;
    return { kind, name, detail: words, path, plain, all: `${plain} ${plainText(words)}` };
  };
  return [
    ...index.parks.map(park =>
      entry(
        "park",
        park.name,
        ["Park", park.operator, park.country].filter(Boolean).join(" · "),
        `/parks/${park.slug}`,
        park.former,
      ),
    ),
    ...index.rides.map(ride =>
      entry("ride", ride.name, parks.get(ride.park_id)?.name ?? "", `/rides/${ride.ride_id}-${ride.slug}`, ride.former),
    ),
    ...index.operators.map(operator =>
      entry("operator", operator.name, `Operator · ${counted(operator.parks, "park")}`, operator.path),
    ),
    ...index.pages.map(page => entry("page", page.name, page.words, page.path)),
  ];
}

/** The best entries for what was typed; operators and parks come before rides that fit as well. */
export function findEntries(entries: readonly Entry[], text: string, most: number): Entry[] {
  const words = plainText(text).split(" ").filter(Boolean);
  if (words.length === 0) return entries.slice(0, most);
  const scored: [number, Entry][] = [];
  for (const entry of entries) {
    const score = scoreOf(entry, words);
    if (score > 0) scored.push([score + (entry.kind === "ride" ? 0 : entry.kind === "park" ? 1.5 : 1), entry]);
  }
  scored.sort(([one, a], [other, b]) => other - one || a.name.length - b.name.length || (a.name < b.name ? -1 : 1));
  return scored.slice(0, most).map(([, entry]) => entry);
}

function scoreOf(entry: Entry, words: readonly string[]): number {
  const typed = words.join(" ");
  if (entry.plain === typed) return 100;
  let score = entry.plain.startsWith(typed) ? 20 : entry.plain.includes(typed) ? 10 : 0;
  for (const word of words) {
    const part = wordScore(entry, word);
    if (part === 0) return 0;
    score += part;
  }
  return score;
}

function wordScore(entry: Entry, word: string): number {
  if (` ${entry.plain}`.includes(` ${word}`)) return 6;
  if (entry.plain.includes(word)) return 4;
  if (` ${entry.all}`.includes(` ${word}`)) return 3;
  if (word.length >= 4 && entry.all.split(" ").some(other => isNear(word, other))) return 2;
  return word.length >= 2 && initials(entry.plain).startsWith(word) ? 3 : 0;
}

const initials = (text: string) =>
  text
    .split(" ")
    .map(word => word[0])
    .join("");

/** At most one slip between what was typed and the beginning of a word: a letter wrong, missing, too many or swapped. */
export function isNear(typed: string, word: string): boolean {
  return [-1, 0, 1].some(more => {
    const length = typed.length + more;
    return length > 0 && length <= word.length && slips(typed, word.slice(0, length)) <= 1;
  });
}

function slips(one: string, other: string): number {
  let start = 0;
  while (start < one.length && start < other.length && one[start] === other[start]) start += 1;
  let end = 0;
  while (
    end < one.length - start &&
    end < other.length - start &&
    one[one.length - 1 - end] === other[other.length - 1 - end]
  )
    end += 1;
  const [left, right] = [one.slice(start, one.length - end), other.slice(start, other.length - end)];
  const isSwap = left.length === 2 && right.length === 2 && left[0] === right[1] && left[1] === right[0];
  return isSwap ? 1 : Math.max(left.length, right.length);
}
