/**
 * Cuts the land of the map out of Natural Earth (public domain, npm package `world-atlas` 2.0.2):
 *
 *     npm install --no-save world-atlas@2.0.2 && node scripts/land.js
 *
 * Coasts are projected (Miller, as `hallofshame.web.pages.projection` has it), thinned by Visvalingam's rule and written as whole
 * numbers, as one shape that the page draws with `<use>`. Countries mean nothing on this map and are not drawn.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const SOURCE = new URL("../node_modules/world-atlas/land-50m.json", import.meta.url);
const TARGET = new URL("../../src/hallofshame/web/static/land.svg", import.meta.url);
const WIDTH = 3600;
const WEST = -169;
const SMALLEST_CORNER = 6; // square units; a corner that cuts off less is left out
const SMALLEST_ISLAND = 40;
const LIMIT_KIB = 15;
const NORTH = 75;
const SOUTH = -57;

const y = latitude =>
  -1.25 * Math.log(Math.tan(Math.PI / 4 + (0.4 * latitude * Math.PI) / 180)) * (WIDTH / (2 * Math.PI));
const x = longitude => ((longitude - WEST) * WIDTH) / 360;

const atlas = JSON.parse(readFileSync(SOURCE, "utf8"));
const { scale, translate } = atlas.transform;
const arcs = atlas.arcs.map(arc => {
  let column = 0;
  let row = 0;
  const points = arc.map(([dx, dy]) => {
    column += dx;
    row += dy;
    return [x(column * scale[0] + translate[0]), y(Math.max(row * scale[1] + translate[1], -85))];
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

const rings = atlas.objects.land.geometries
  .flatMap(land => (land.type === "Polygon" ? [land.arcs] : land.arcs))
  // Of each piece of land its coast, and of large ones also their seas inside.
  .flat(1)
  .map(ringOf)
  .filter(
    ring =>
      ring.length > 2 && Math.abs(area(ring)) >= SMALLEST_ISLAND && ring.some(p => p[1] > y(NORTH) && p[1] < y(SOUTH)),
  );
const text = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 ${Math.round(y(74))} ${WIDTH} ${Math.round(y(-52) - y(74))}"><path id="land" fill-rule="evenodd" d="${rings.map(pathOf).join("")}"/></svg>\n`;
const kib = gzipSync(text).length / 1024;
writeFileSync(TARGET, text);
console.log(`${rings.length} coasts, ${text.length} bytes, ${kib.toFixed(1)} KiB compressed`);
if (kib > LIMIT_KIB) throw new Error(`more than ${LIMIT_KIB} KiB: raise SMALLEST_CORNER`);
