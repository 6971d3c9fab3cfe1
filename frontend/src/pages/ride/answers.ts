/** The answers only the ride page reads. */
import type { Schemas } from "../../api/rows";

export type RideTimeline = Schemas["RideTimeline"];
