/** The pieces that pages are made of. */
export { ChartFrame } from "./ChartFrame";
export { DataTable, parseSort, type Column, type SortState } from "./DataTable";
export { Duration } from "./Duration";
export { Figure, NoData, Percent } from "./Figure";
export { Empty, Failure, Skeleton, StaleNotice } from "./Notices";
export { FILTER_PARAMETERS, isFiltered, ParkFilters } from "./ParkFilters";
export { PeriodPicker } from "./PeriodPicker";
export { BandLegend, ScoreBadge, Sign } from "./ScoreBadge";
export { AtSource, SourceLinks } from "./SourceLinks";
export { LocalTime, RelativeTime } from "./Times";
export { TrendMark } from "./TrendMark";
export { Copyable } from "./Copyable";
export { Later } from "./Later";
export { useMore } from "./More";
export { holdSections, ServedSection } from "./ServedSection";
export { SectionNav } from "./SectionNav";
export { Switch } from "./Switch";
export { useSeenViews } from "./KeptViews";
