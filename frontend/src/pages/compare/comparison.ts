/** The rows of `/api/compare`, and which way of a change is good news. */

import type { ParkRow, RideRow, Schemas } from "../../api/rows";
import { parkPath, ridePath } from "../../lib/paths";

export type Subject = ParkRow | RideRow;

export type Change = Schemas["Change"];
export type CompareRow = Schemas["CompareRow"];
export type Comparison = Schemas["Comparison"];

export const isRide = (subject: Subject): subject is RideRow => "ride_id" in subject;
export const nameOf = (subject: Subject): string => (isRide(subject) ? subject.ride_name : subject.park_name);
export const pathOf = (subject: Subject): string => (isRide(subject) ? ridePath(subject) : parkPath(subject));
/** The name under which the address holds it. */
export const keyOf = (subject: Subject): string => (isRide(subject) ? String(subject.ride_id) : subject.park_slug);

/** Whether a change is for the better: of uptime upwards, of everything else downwards. */
export function isBetter(figure: keyof Change, change: number): boolean {
  return figure === "uptime_percent" ? change > 0 : change < 0;
}
