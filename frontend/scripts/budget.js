/**
 * Holds the built pages to their budget; any breach fails the build.
 *
 * First load: the entry, the largest page, and everything they import outright. Charts: what the lazy chart chunk adds. A page
 * that the server draws first loads the boot script alone; with islands it may load every one there is, the search and the refresh.
 */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const BUILT = fileURLToPath(new URL("../../src/hallofshame/web/static/app/", import.meta.url));
const ENTRY = "src/main.tsx";
const BOOT = "src/islands/boot.ts";
const KIB = 1024;
const BUDGET = { firstLoad: 130 * KIB, charts: 40 * KIB, style: 20 * KIB, boot: 30 * KIB, islands: 90 * KIB };
/** A name of XML, not an address; the only one that a style may hold, inside a picture of its own. */
const NAMESPACE = /^http:\/\/www\.w3\.org\//;
/** Addresses that appear in the scripts as links, names or messages and are never fetched by them. */
const NEVER_FETCHED = [
  NAMESPACE,
  /^https:\/\/queue-times\.com(\/|$)/,
  /^https:\/\/(www\.)?themeparks\.wiki(\/|$)/,
  /^https:\/\/www\.naturalearthdata\.com\/$/,
  /^https:\/\/react\.dev\/errors\//,
];

const manifest = JSON.parse(readFileSync(join(BUILT, ".vite/manifest.json"), "utf8"));
const weights = new Map();

/** Weight of a built file after gzip, in bytes. */
function weight(file) {
  if (!weights.has(file)) weights.set(file, gzipSync(readFileSync(join(BUILT, file)), { level: 9 }).length);
  return weights.get(file);
}

/** The keys of a chunk and of all it imports outright. */
function closure(key, chunks = manifest, found = new Set()) {
  if (!found.has(key)) {
    found.add(key);
    for (const imported of chunks[key].imports ?? []) closure(imported, chunks, found);
  }
  return found;
}

const filesOf = (keys, chunks = manifest) => new Set([...keys].map((key) => chunks[key].file));
const sum = (files) => [...files].reduce((total, file) => total + weight(file), 0);
const kib = (bytes) => `${(bytes / KIB).toFixed(1)} KiB`;

const entry = closure(ENTRY);
const pages = Object.keys(manifest)
  .filter((key) => /^src\/pages\/[^/]+Page\.tsx$/.test(key))
  .map((key) => [key, sum(filesOf(new Set([...entry, ...closure(key)])))])
  .sort(([, one], [, other]) => other - one);
const charts = new Set(
  Object.keys(manifest)
    .filter((key) => manifest[key].isDynamicEntry && key.startsWith("src/charts/"))
    .flatMap((key) => [...closure(key)])
    .filter((key) => !entry.has(key)),
);
const islands = JSON.parse(readFileSync(join(BUILT, ".vite/islands.json"), "utf8"));
const boot = closure(BOOT, islands);
const everyIsland = new Set(Object.keys(islands).filter((key) => islands[key].file !== "sw.js"));
const styles = new Set(Object.values(manifest).flatMap((chunk) => chunk.css ?? []));

const rows = [
  ["entry and what it imports", sum(filesOf(entry)), null],
  ...pages.map(([key, bytes], index) => [`first load of ${key.slice("src/pages/".length)}`, bytes, index === 0 ? BUDGET.firstLoad : null]),
  ["charts (lazy)", sum(filesOf(charts)), BUDGET.charts],
  ["boot of pages that the server draws", sum(filesOf(boot, islands)), BUDGET.boot],
  ["the same with all islands", sum(filesOf(everyIsland, islands)), BUDGET.islands],
  ["style", sum(styles), BUDGET.style],
  ["service worker", weight("sw.js"), null],
];
const breaches = [];
const width = Math.max(...rows.map(([name]) => name.length));
for (const [name, bytes, most] of rows) {
  const limit = most === null ? "" : ` of ${kib(most)}`;
  console.log(`${name.padEnd(width)}  ${kib(bytes).padStart(10)}${limit}`);
  if (most !== null && bytes > most) breaches.push(`${name} weighs ${kib(bytes)}, over its budget of ${kib(most)}`);
}
if (pages.length === 0) breaches.push("the manifest names no page");

for (const file of readdirSync(join(BUILT, "assets")).map((name) => `assets/${name}`).concat("sw.js")) {
  if (!/\.(js|css)$/.test(file)) continue;
  for (const [address] of readFileSync(join(BUILT, file), "utf8").matchAll(/https?:\/\/[a-z0-9.-]+[^\s"'`)<>\\]*/gi)) {
    const known = file.endsWith(".css") ? [NAMESPACE] : NEVER_FETCHED;
    if (!known.some((harmless) => harmless.test(address))) {
      breaches.push(`${file} names ${address}; the pages fetch nothing from elsewhere`);
    }
  }
}
for (const breach of breaches) console.error(`budget: ${breach}`);
process.exitCode = breaches.length === 0 ? 0 : 1;
