/** Where to look instead of a day without figures. */
import { useApi } from "../../api/client";
import type { ParkDay, ParkDetails, ParkInfo } from "./answers";

/** Of days with data the one nearest to a date; the later one of two as near. */
export function nearestWithData(days: readonly ParkDay[], date: string): string | null {
  const away = (day: string) => Math.abs(Date.parse(day) - Date.parse(date));
  const found = days.filter((day) => (day.coverage_percent ?? 0) > 0 && day.date !== date).map((day) => day.date);
  return found.sort((one, other) => away(one) - away(other) || other.localeCompare(one))[0] ?? null;
}

/** The day of the park's last 30 with data that is nearest to a date; null while unknown, or where there is none. */
export function useNearestDay(park: ParkInfo, date: string): string | null {
  const answer = useApi<ParkDetails>(`/api/parks/${park.park_slug}/details`, { period: "30days" });
  const details = answer.data?.data;
  return details === undefined || details.park.park_id !== park.park_id ? null : nearestWithData(details.days, date);
}
