/** The part of a day worth drawing: its open windows and what any ride did, an hour wider, inside the day. */
import type { OpenWindow, TimelineRide } from "../types";

const HOUR = 3_600_000;

export function busyPart(
  start: string,
  end: string,
  windows: readonly OpenWindow[],
  rides: readonly TimelineRide[],
): [string, string] {
  const seen = rides.flatMap(ride =>
    ride.segments.filter(segment => segment.status === "operating" || (segment.counts_as_down && segment.in_window)),
  );
  const stretches = [...windows, ...seen];
  if (stretches.length === 0) return [start, end];
  const first = Math.min(...stretches.map(stretch => Date.parse(stretch.start)));
  const last = Math.max(...stretches.map(stretch => Date.parse(stretch.end)));
  const from = Math.max(Math.floor(first / HOUR) * HOUR - HOUR, Date.parse(start));
  const to = Math.min(Math.ceil(last / HOUR) * HOUR + HOUR, Date.parse(end));
  return [new Date(from).toISOString(), new Date(to).toISOString()];
}
