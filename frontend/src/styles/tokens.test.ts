import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

const sheet = readFileSync("../src/hallofshame/web/static/tokens.css", "utf8");

function block(selector: string): Record<string, string> {
  const start = sheet.indexOf(`${selector} {`);
  const body = sheet.slice(start, sheet.indexOf("}", start));
  return Object.fromEntries([...body.matchAll(/--([\w-]+):\s*([^;]+);/g)].map(([, name, value]) => [name, value]));
}

const LIGHT = block(":root");
const DARK = { ...LIGHT, ...block(':root[data-theme="dark"]') };

function luminance(hex: string): number {
  const channels = [1, 3, 5].map(at => parseInt(hex.slice(at, at + 2), 16) / 255);
  const [red = 0, green = 0, blue = 0] = channels.map(c => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string | undefined, other: string | undefined): number {
  const [dark = 0, light = 0] = [luminance(one ?? ""), luminance(other ?? "")].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

it("has one dark theme, whether the system or the visitor chose it", () => {
  expect(block(':root:not([data-theme="light"])')).toEqual(block(':root[data-theme="dark"]'));
});

it.each([
  ["light", LIGHT],
  ["dark", DARK],
])("keeps text readable in the %s theme (WCAG AA)", (_name, theme) => {
  const pairs = [
    ...["ink", "ink-soft", "link", "missing", "better", "worse"].flatMap(ink =>
      ["paper", "paper-2", "card", "card-2"].map(ground => [ink, ground]),
    ),
    ["ink", "sky"],
    ["accent-ink", "accent"],
    ["nav-ink", "nav"],
    ["nav-now", "nav"],
    ["poster-dark", "plate"],
    ["plate-soft", "plate"],
    ...[1, 2, 3].map(level => ["poster-dark", `poster-${level}`]),
    ...[4, 5].map(level => ["poster-light", `poster-${level}`]),
  ] as [string, string][];
  const poor = pairs.filter(([ink, ground]) => contrast(theme[ink], theme[ground]) < 4.5);
  expect(poor).toEqual([]);
});

it("keeps the edges of fields visible (3 to 1)", () => {
  for (const theme of [LIGHT, DARK]) expect(contrast(theme["edge"], theme["paper"])).toBeGreaterThanOrEqual(3);
});

it("takes every sheet in", () => {
  const taken = [...readFileSync("src/styles/index.css", "utf8").matchAll(/"\.\/([\w-]+\.css)"/g)]
    .map(([, name]) => name)
    .sort();
  const there = readdirSync("src/styles")
    .filter(name => name.endsWith(".css") && name !== "index.css")
    .sort();
  expect(taken).toEqual(there);
});
