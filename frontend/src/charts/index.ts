/** The charts: one lazy chunk. Pages take them from ./lazy, so that the first load does without. */
export { Heatmap } from "./Heatmap";
export { HourChart } from "./HourChart";
export { PointsChart } from "./PointsChart";
export { TimelineStrip } from "./TimelineStrip";
export { YearCalendar } from "./YearCalendar";
