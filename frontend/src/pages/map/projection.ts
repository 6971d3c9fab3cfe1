/** Where a place lies on our map: the Miller projection of scripts/land.js, in its units. */

/** The map's full width; x runs from WEST eastwards around the world. */
export const WIDTH = 3600;
const WEST = -169;

export interface Point {
  x: number;
  y: number;
}

/** What part of the map is seen: its middle and its width, in map units. */
export interface View {
  x: number;
  y: number;
  width: number;
}

/** Longitude and latitude in degrees as a point of the map. */
export function project(latitude: number, longitude: number): Point {
  const turned = longitude < WEST ? longitude + 360 : longitude;
  const angle = Math.PI / 4 + (0.4 * latitude * Math.PI) / 180;
  return {
    x: ((turned - WEST) * WIDTH) / 360,
    y: -1.25 * Math.log(Math.tan(angle)) * (WIDTH / (2 * Math.PI)),
  };
}

/** The way back: a point of the map as latitude and longitude. */
export function unproject({ x, y }: Point): { latitude: number; longitude: number } {
  const angle = Math.atan(Math.exp((-y * 2 * Math.PI) / (1.25 * WIDTH)));
  const longitude = (x * 360) / WIDTH + WEST;
  return {
    latitude: ((angle - Math.PI / 4) / 0.4) * (180 / Math.PI),
    longitude: longitude > 180 ? longitude - 360 : longitude,
  };
}

const TOP = project(74, 0).y;
const BOTTOM = project(-52, 0).y;

/** The narrowest view: some six kilometres, so that parks with a common gate come apart. */
export const CLOSEST = 0.6;

/** The widest view: the whole world. */
export function world(): View {
  return { x: WIDTH / 2, y: (TOP + BOTTOM) / 2, width: WIDTH };
}

/** The view that shows all points with a margin; the world where there are none. */
export function fit(points: readonly Point[], aspect: number, narrowest = 160): View {
  if (points.length === 0) return world();
  const xs = points.map((point) => point.x);
  const ys = points.map((point) => point.y);
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
  const width = Math.max((right - left) * 1.3, (bottom - top) * 1.4 * aspect, narrowest);
  return { x: (left + right) / 2, y: (top + bottom) / 2, width: Math.min(width, WIDTH) };
}

/** The view moved or scaled, never beyond the land. */
export function held(view: View, aspect: number): View {
  const width = Math.min(Math.max(view.width, CLOSEST), WIDTH);
  const height = width / aspect;
  const between = (value: number, low: number, high: number) =>
    low > high ? (low + high) / 2 : Math.min(Math.max(value, low), high);
  return {
    width,
    x: between(view.x, width / 2, WIDTH - width / 2),
    y: between(view.y, TOP + height / 2, BOTTOM - height / 2),
  };
}

/** A view as the address holds it: latitude, longitude and width in degrees, each to a thousandth. */
export function writeView(view: View): string {
  const { latitude, longitude } = unproject(view);
  const degrees = (view.width * 360) / WIDTH;
  return [latitude, longitude, degrees].map((value) => String(Math.round(value * 1000) / 1000)).join(",");
}

/** The view an address holds, or null where the text is none. */
export function readView(text: string | undefined): View | null {
  const parts = (text ?? "").split(",").map(Number);
  const [latitude, longitude, degrees] = parts;
  if (parts.length !== 3 || latitude === undefined || longitude === undefined || degrees === undefined) return null;
  const usable = Math.abs(latitude) <= 85 && Math.abs(longitude) <= 180 && degrees > 0 && degrees <= 360;
  return usable ? { ...project(latitude, longitude), width: (degrees * WIDTH) / 360 } : null;
}

const EQUATOR_KM = 40_075;
const ROUND_KM = [0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];

/** The longest round distance that fits into a length of the map, at the latitude of a point, and how much of the length it takes. */
export function roundDistance(at: Point, length: number): { km: number; length: number } {
  const kmOfUnit = (EQUATOR_KM / WIDTH) * Math.cos((unproject(at).latitude * Math.PI) / 180);
  const km = ROUND_KM.findLast((candidate) => candidate <= length * kmOfUnit) ?? 0.5;
  return { km, length: km / kmOfUnit };
}
