/** Instants in the park's own time, and dates in words. */
import { WRITING } from "./format";

const IS_US = WRITING === "en-US";

/** `time` 09:40 · `zoned` 09:40 CEST · `day` Thu 20 Aug, 09:40 · `full` 20 August 2026, 09:40 CEST */
export type TimeStyle = "time" | "zoned" | "day" | "full";

const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = zone + JSON.stringify(options);
  let held = formats.get(key);
  if (held === undefined) {
    held = new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options });
    formats.set(key, held);
  }
  return held;
}

function parts(at: Date, zone: string, options: Intl.DateTimeFormatOptions): Record<string, string> {
  return Object.fromEntries(
    format(zone, options)
      .formatToParts(at)
      .map(part => [part.type, part.value]),
  );
}

/** Browsers know the letters of a zone only in the language of its neighbourhood. */
const LOCALES: readonly [string, string][] = [
  ["Europe/", "en-GB"],
  ["America/", "en-US"],
  ["Australia/", "en-AU"],
];
/** Zones without summer time whose letters no English locale has. */
const FIXED: Record<string, string> = {
  "Asia/Tokyo": "JST",
  "Asia/Seoul": "KST",
  "Asia/Hong_Kong": "HKT",
  "Asia/Shanghai": "CST",
  UTC: "UTC",
};

/** The usual letters of a zone at an instant, such as CEST, or its offset where it has none: UTC+04. */
export function zoneName(iso: string, zone: string): string {
  const fixed = FIXED[zone];
  if (fixed !== undefined) return fixed;
  const at = new Date(iso);
  const locale = LOCALES.find(([area]) => zone.startsWith(area))?.[1];
  if (locale !== undefined) {
    const name = new Intl.DateTimeFormat(locale, { timeZone: zone, timeZoneName: "short" })
      .formatToParts(at)
      .find(part => part.type === "timeZoneName")?.value;
    if (name !== undefined && /^[A-Z]{3,5}$/.test(name)) return name;
  }
  const offset = parts(at, zone, { timeZoneName: "longOffset" })["timeZoneName"] ?? zone;
  return offset.replace("GMT", "UTC").replace(/:00$/, "");
}

/** A text whose times of day, 09:40, are written as the reader writes them: in the United States 9:40 AM. */
export function clocks(text: string): string {
  if (!IS_US) return text;
  return text.replace(
    /(?<![0-9:+−-])([01]?[0-9]|2[0-3]):([0-5][0-9])(?![0-9:])/g,
    (_found, hour: string, minute: string) => {
      const at = Number(hour);
      return `${at % 12 || 12}:${minute}\u202f${at < 12 ? "AM" : "PM"}`;
    },
  );
}

/** An hour under an axis, given as "09:00": "09", in the United States "9a". */
export function hourOfAxis(hour: string): string {
  const at = Number(hour.slice(0, 2));
  return IS_US ? `${at % 12 || 12}${at < 12 ? "a" : "p"}` : hour.slice(0, 2);
}

/** "20 Aug 2026", in the United States "Aug 20, 2026". */
function dayAndYear(day: Record<string, string>): string {
  return IS_US ? `${day["month"]} ${day["day"]}, ${day["year"]}` : `${day["day"]} ${day["month"]} ${day["year"]}`;
}

/** What a clock with 24 hours shows in a zone: "09:40". */
export function clock24(iso: string, zone: string): string {
  return format(zone, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(new Date(iso));
}

/** An instant in the park's own time. */
export function localTime(iso: string, zone: string, style: TimeStyle = "time"): string {
  const at = new Date(iso);
  const clock = clocks(clock24(iso, zone));
  if (style === "time") return clock;
  if (style === "zoned") return `${clock} ${zoneName(iso, zone)}`;
  if (style === "day") {
    const day = parts(at, zone, { weekday: "short", day: "numeric", month: "short" });
    const month = day["month"]?.slice(0, 3);
    return IS_US
      ? `${day["weekday"]}, ${month} ${day["day"]}, ${clock}`
      : `${day["weekday"]} ${day["day"]} ${month}, ${clock}`;
  }
  const day = parts(at, zone, { day: "numeric", month: "long", year: "numeric" });
  return `${dayAndYear(day)}, ${clock} ${zoneName(iso, zone)}`;
}

function dateParts(date: string, options: Intl.DateTimeFormatOptions): Record<string, string> {
  return parts(new Date(`${date}T12:00:00Z`), "UTC", options);
}

/** A date as "20 Aug 2026". */
export function shortDate(date: string): string {
  const day = dateParts(date, { day: "numeric", month: "short", year: "numeric" });
  return dayAndYear({ ...day, month: day["month"]?.slice(0, 3) ?? "" });
}

/** A date as "Thursday 20 August 2026". */
export function longDate(date: string): string {
  const day = dateParts(date, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
  return `${day["weekday"]}${IS_US ? "," : ""} ${dayAndYear(day)}`;
}

/** A date some days later (or earlier). */
export function addDays(date: string, days: number): string {
  const at = new Date(`${date}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}
