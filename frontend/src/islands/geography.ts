/** What the map's script needs of the projection of `hallofshame.web.pages.projection`: the way back to degrees. */

/** Units of the map around the world, and where it begins. */
export const WIDTH = 3600;
const WEST = -169;
const NORTH = 74;
const SOUTH = -52;
const EQUATOR_KM = 40_075;
const ROUND_KM = [0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];
const UNITS_PER_RADIAN = WIDTH / (2 * Math.PI);

const latitudeOf = (y: number): number => {
  const angle = Math.atan(Math.exp(-y / (1.25 * UNITS_PER_RADIAN)));
  return ((angle - Math.PI / 4) / 0.4) * (180 / Math.PI);
};
const yOf = (latitude: number): number =>
  -1.25 * Math.log(Math.tan(Math.PI / 4 + (0.4 * latitude * Math.PI) / 180)) * UNITS_PER_RADIAN;

/** The ends of the map from north to south. */
export const TOP = yOf(NORTH);
export const BOTTOM = yOf(SOUTH);

/** A view as the address holds it: latitude and longitude of its middle, and its width, in degrees. */
export function viewText(x: number, y: number, width: number): string {
  const longitude = (x * 360) / WIDTH + WEST;
  const degrees = [latitudeOf(y), longitude > 180 ? longitude - 360 : longitude, (width * 360) / WIDTH];
  return degrees.map(value => String(Math.round(value * 1000) / 1000)).join(",");
}

/** The longest round distance that fits into a length of the map, at a height of it, and how much of the length it takes. */
export function roundDistance(y: number, length: number): { km: number; length: number } {
  const kmOfUnit = (EQUATOR_KM / WIDTH) * Math.cos((latitudeOf(y) * Math.PI) / 180);
  const km = ROUND_KM.findLast(candidate => candidate <= length * kmOfUnit) ?? 0.5;
  return { km, length: km / kmOfUnit };
}
