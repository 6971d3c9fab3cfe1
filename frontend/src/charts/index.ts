/** The charts: one lazy chunk. Pages take them from ./lazy, so that the first load does without. */
export { Heatmap } from "./Heatmap";
export { HourChart } from "./HourChart";
export { OutageBars } from "./OutageBars";
export { PointsChart } from "./PointsChart";
export { TierBars } from "./TierBars";
export { TimelineStrip } from "./TimelineStrip";
export { YearCalendar } from "./YearCalendar";
