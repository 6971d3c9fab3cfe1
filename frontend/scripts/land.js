/**
 * Cuts the land of the map out of Natural Earth (public domain, npm package `world-atlas` 2.0.2):
 *
 *     npm install --no-save world-atlas@2.0.2 && node scripts/land.js
 *
 * Borders are projected (Miller), thinned by Visvalingam's rule where they are shared, so that neighbours still fit,
 * and written as whole numbers. Neighbours never share a patch, so the land reads as cut paper.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const SOURCE = new URL("../node_modules/world-atlas/countries-50m.json", import.meta.url);
const TARGET = new URL("../src/pages/map/land.json", import.meta.url);
const WIDTH = 3600;
const WEST = -169;
const SMALLEST_CORNER = 16; // square units; a corner that cuts off less is left out
const SMALLEST_ISLAND = 40;
const PATCHES = 4;
const LIMIT_KIB = 25;
const NORTH = 75;
const SOUTH = -57;

const y = (latitude) =>
  -1.25 * Math.log(Math.tan(Math.PI / 4 + 0.4 * (latitude * Math.PI) / 180)) * (WIDTH / (2 * Math.PI));
const x = (longitude) => ((longitude - WEST) * WIDTH) / 360;

const atlas = JSON.parse(readFileSync(SOURCE, "utf8"));
const { scale, translate } = atlas.transform;
const arcs = atlas.arcs.map((arc) => {
  let column = 0;
  let row = 0;
  const points = arc.map(([dx, dy]) => {
    column += dx;
    row += dy;
    return [x(column * scale[0] + translate[0]), y(row * scale[1] + translate[1])];
  });
  return thin(points);
});

/** Takes out the corner that cuts off least until all cut off enough; the ends of an arc stay. */
function thin(points) {
  const kept = points.slice();
  while (kept.length > 2) {
    let least = Infinity;
    let at = -1;
    for (let i = 1; i < kept.length - 1; i += 1) {
      const size = Math.abs(area([kept[i - 1], kept[i], kept[i + 1]]));
      if (size < least) [least, at] = [size, i];
    }
    if (least >= SMALLEST_CORNER) break;
    kept.splice(at, 1);
  }
  return kept;
}

function area(ring) {
  let sum = 0;
  for (let i = 0; i < ring.length; i += 1) {
    const [ax, ay] = ring[i];
    const [bx, by] = ring[(i + 1) % ring.length];
    sum += ax * by - bx * ay;
  }
  return sum / 2;
}

/** A ring of arcs as points, in one piece across the date line; what lies mostly beyond the left edge goes to the right. */
function ringOf(indexes) {
  const ring = [];
  for (const index of indexes) {
    const arc = index < 0 ? arcs[~index].slice().reverse() : arcs[index];
    ring.push(...(ring.length ? arc.slice(1) : arc));
  }
  ring.pop();
  for (let i = 1; i < ring.length; i += 1) {
    const turns = Math.round((ring[i][0] - ring[i - 1][0]) / WIDTH);
    if (turns !== 0) ring[i] = [ring[i][0] - turns * WIDTH, ring[i][1]];
  }
  const middle = ring.reduce((sum, point) => sum + point[0], 0) / ring.length;
  return middle < 0 ? ring.map(([px, py]) => [px + WIDTH, py]) : ring;
}

function pathOf(ring) {
  const points = ring.map(([px, py]) => [Math.round(px), Math.round(py)]);
  let [px, py] = points[0];
  let path = `M${px},${py}l`;
  let first = true;
  for (const [nx, ny] of points.slice(1)) {
    if (nx === px && ny === py) continue;
    const dx = nx - px;
    const dy = ny - py;
    path += `${first || dx < 0 ? "" : " "}${dx}${dy < 0 ? "" : ","}${dy}`;
    [px, py, first] = [nx, ny, false];
  }
  return first ? "" : `${path}z`;
}

const countries = atlas.objects.countries.geometries
  .filter((country) => country.properties.name !== "Antarctica" && country.type !== null && country.arcs)
  .map((country) => {
    const polygons = country.type === "Polygon" ? [country.arcs] : country.arcs;
    const rings = polygons
      .map((polygon) => ringOf(polygon[0]))
      .filter((ring) => ring.length > 2 && Math.abs(area(ring)) >= SMALLEST_ISLAND && ring.some((p) => p[1] > y(NORTH) && p[1] < y(SOUTH)));
    const touched = new Set(polygons.flat(2).map((index) => (index < 0 ? ~index : index)));
    return { name: country.properties.name, rings, touched };
  })
  .filter((country) => country.rings.length > 0)
  .sort((a, b) => size(b) - size(a));

function size(country) {
  return country.rings.reduce((sum, ring) => sum + Math.abs(area(ring)), 0);
}

const load = new Array(PATCHES).fill(0);
for (const country of countries) {
  const taken = new Set(
    countries.filter((other) => other.patch !== undefined && meet(country, other)).map((other) => other.patch),
  );
  const free = [...load.keys()].filter((patch) => !taken.has(patch));
  country.patch = (free.length ? free : [...load.keys()]).reduce((a, b) => (load[b] < load[a] ? b : a));
  load[country.patch] += Math.sqrt(size(country));
}

function meet(one, other) {
  for (const arc of one.touched) if (other.touched.has(arc)) return true;
  return false;
}

const patches = load.map((_, patch) =>
  countries
    .filter((country) => country.patch === patch)
    .flatMap((country) => country.rings.map(pathOf))
    .join(""),
);
const text = `${JSON.stringify({ width: WIDTH, west: WEST, patches })}\n`;
const kib = gzipSync(text).length / 1024;
writeFileSync(TARGET, text);
console.log(`${countries.length} countries, ${text.length} bytes, ${kib.toFixed(1)} KiB compressed`);
if (kib > LIMIT_KIB) throw new Error(`more than ${LIMIT_KIB} KiB: raise SMALLEST_CORNER`);
