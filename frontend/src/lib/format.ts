/** How figures are written: thousands set apart, a true minus, units after a space that does not break. */

/** The way of writing that the server chose for the page, by the language of the browser: "en", "en-US" or "en-GB". */
export const WRITING: string = typeof document === "undefined" ? "en" : document.documentElement.lang;
const GROUP = WRITING === "en-US" || WRITING === "en-GB" ? "," : "\u202f";
const SPACE = "\u00a0";

/** A number with a fixed count of digits and its unit. */
export function number(value: number, digits = 0, unit = ""): string {
  const [whole = "0", part] = Math.abs(value).toFixed(digits).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, GROUP);
  const text = part === undefined ? grouped : `${grouped}.${part}`;
  const isZero = Number(text.replaceAll(GROUP, "")) === 0;
  return (value < 0 && !isZero ? "−" : "") + text + (unit ? SPACE + unit : "");
}

/** Seconds as hours and minutes: "3 h 05 min", "12 min", "40 s". */
export function duration(seconds: number): string {
  if (seconds > 0 && seconds < 60) return `${seconds}${SPACE}s`;
  const total = Math.round(seconds / 60);
  const hours = Math.floor(total / 60);
  if (hours === 0) return `${total}${SPACE}min`;
  return `${number(hours)}${SPACE}h${SPACE}${String(total % 60).padStart(2, "0")}${SPACE}min`;
}

/** "1 park", "2 parks". */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${number(count)}${SPACE}${count === 1 ? one : many}`;
}
