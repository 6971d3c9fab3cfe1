/** The answers the park and ride pages read. */
import type { Schemas } from "../../api/rows";

export type ParkDetails = Schemas["ParkDetails"];
export type ParkInfo = Schemas["ParkInfo"];
export type ParkDay = Schemas["ParkDayRow"];
export type RideDetails = Schemas["RideDetails"];
export type Outage = Schemas["OutageInPark"];
export type ScheduleEntry = Schemas["ScheduleEntry"];
export type ScoreExplained = Schemas["ScoreExplained"];

export type ParkTimeline = Schemas["ParkTimeline"];

/** `/heatmap` of a park or a ride. */
export type Heatmap = Schemas["ParkHeatmap"] | Schemas["RideHeatmap"];
/** `/series` of a park or a ride. */
export type Series = Schemas["ParkSeries"] | Schemas["RideSeries"];
/** One row of `/coverage`. */
export type CoverageRow = Schemas["CoverageRow"];
