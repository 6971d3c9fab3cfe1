/**
 * Writes the artwork that stands above the fold into the server's templates, from the components that draw it, so that the page
 * looks the same before and after the script takes over. `npm run art` writes; with `--check` it fails where a file is behind.
 */
import { readFile, writeFile } from "node:fs/promises";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { createServer } from "vite";

const TARGET = new URL("../../src/hallofshame/web/templates/art/", import.meta.url);
const DRAWN = [
  ["logo", "Logo", "Logo"],
  ["broken", "BrokenRide", "BrokenRide"],
  ["scene", "ParkScene", "ParkScene"],
  ["ride-scene", "RideScene", "RideScene"],
  ["queue-scene", "QueueScene", "QueueScene"],
  ...[1, 2, 3].map((place) => [`portrait-${place}`, "Portrait", "Portrait", { place }]),
  ["coaster-hill", "CoasterHill", "CoasterHill"],
  ["clock-tower", "Vignettes", "ClockTower"],
  ["globe", "Vignettes", "Globe"],
  ["two-castles", "Vignettes", "TwoCastles"],
];

const vite = await createServer({ server: { middlewareMode: true, ws: false }, appType: "custom", logLevel: "error" });
const behind = [];
try {
  for (const [name, file, component, props] of DRAWN) {
    const module = await vite.ssrLoadModule(`/src/art/${file}.tsx`);
    const markup = renderToStaticMarkup(createElement(module[component], props))
      .replace(/><\/(path|circle|ellipse|rect|line|polygon|polyline)>/g, "/>")
      .replaceAll("><", ">\n<")
      .concat("\n");
    const target = new URL(`${name}.svg`, TARGET);
    const held = await readFile(target, "utf8").catch(() => null);
    if (held === markup) continue;
    if (process.argv.includes("--check")) behind.push(name);
    else await writeFile(target, markup);
  }
} finally {
  await vite.close();
}
if (behind.length > 0) {
  console.error(`behind their components in src/hallofshame/web/templates/art: ${behind.join(", ")}; run npm run art`);
  process.exit(1);
}
