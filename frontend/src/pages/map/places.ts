/** Parks as places of the map. */

import type { CatalogPark, ParkRow } from "../../api/rows";
import type { Placed } from "./clusters";
import { project } from "./projection";

export interface Place extends Placed {
  name: string;
  row: ParkRow;
}

/** Every row whose park has coordinates. */
export function placesOf(parks: readonly CatalogPark[], rows: readonly ParkRow[]): Place[] {
  const known = new Map(parks.map((park) => [park.park_id, park]));
  return rows.flatMap((row) => {
    const park = known.get(row.park_id);
    if (park?.latitude == null || park.longitude == null) return [];
    return [{ id: row.park_id, name: row.park_name, score: row.comparable_score, row, ...project(park.latitude, park.longitude) }];
  });
}
