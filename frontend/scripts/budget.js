/**
 * Holds the built pages to their budget; any breach fails the build.
 *
 * Every page first loads the boot script and what it imports outright, and the one sheet. With islands it may load every one there
 * is, the search and the refresh: no page has them all, so none is heavier.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const BUILT = fileURLToPath(new URL("../../src/hallofshame/web/static/app/", import.meta.url));
const BOOT = "src/islands/boot.ts";
const STYLES = "src/styles/index.css";
const KIB = 1024;
const BUDGET = { boot: 30 * KIB, islands: 90 * KIB, style: 20 * KIB };
/** A name of XML, not an address; the only one that a style may hold, inside a picture of its own. */
const NAMESPACE = /^http:\/\/www\.w3\.org\//;

const manifest = JSON.parse(readFileSync(join(BUILT, ".vite/manifest.json"), "utf8"));
const weights = new Map();

/** Weight of a built file after gzip, in bytes. */
function weight(file) {
  if (!weights.has(file)) weights.set(file, gzipSync(readFileSync(join(BUILT, file)), { level: 9 }).length);
  return weights.get(file);
}

/** The keys of a chunk and of all it imports outright. */
function closure(key, found = new Set()) {
  if (!found.has(key)) {
    found.add(key);
    for (const imported of manifest[key].imports ?? []) closure(imported, found);
  }
  return found;
}

const sum = keys =>
  [...new Set([...keys].map(key => manifest[key].file))].reduce((total, file) => total + weight(file), 0);
const kib = bytes => `${(bytes / KIB).toFixed(1)} KiB`;

const scripts = Object.keys(manifest).filter(
  key => manifest[key].file.endsWith(".js") && manifest[key].file !== "sw.js",
);
const rows = [
  ["first load of any page", sum(closure(BOOT)), BUDGET.boot],
  ["the same with every island", sum(scripts), BUDGET.islands],
  ["style", weight(manifest[STYLES].file), BUDGET.style],
  ["service worker", weight("sw.js"), null],
];

const breaches = [];
const width = Math.max(...rows.map(([name]) => name.length));
for (const [name, bytes, most] of rows) {
  const limit = most === null ? "" : ` of ${kib(most)}`;
  console.log(`${name.padEnd(width)}  ${kib(bytes).padStart(10)}${limit}`);
  if (most !== null && bytes > most) breaches.push(`${name} weighs ${kib(bytes)}, over its budget of ${kib(most)}`);
}
const sheets = readdirSync(join(BUILT, "assets")).filter(name => name.endsWith(".css"));
if (sheets.length !== 1)
  breaches.push(`there are ${sheets.length} style sheets, and pages load one: ${sheets.join(", ")}`);

for (const file of readdirSync(join(BUILT, "assets"))
  .map(name => `assets/${name}`)
  .concat("sw.js")) {
  if (!/\.(js|css)$/.test(file)) continue;
  for (const [address] of readFileSync(join(BUILT, file), "utf8").matchAll(/https?:\/\/[a-z0-9.-]+[^\s"'`)<>\\]*/gi)) {
    if (!NAMESPACE.test(address)) breaches.push(`${file} names ${address}; the pages fetch nothing from elsewhere`);
  }
}

for (const breach of breaches) console.error(`budget: ${breach}`);
process.exitCode = breaches.length === 0 ? 0 : 1;
