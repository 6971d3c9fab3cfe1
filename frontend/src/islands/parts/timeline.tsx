/**
 * What one ride or all rides of a park did, as strips. `data-src`: a timeline of the API; `data-title`; `data-ride`: the name of the
 * one ride; `data-all`: also the rides that do not count.
 */
import { fetchAnswer } from "../../api/answers";
import type { Schemas } from "../../api/rows";
import { busyPart } from "../../charts/geometry/busyPart";
import { TimelineLegend } from "../../charts/Legends";
import { TimelineStrip } from "../../charts/TimelineStrip";
import { draw } from "../draw";
import type { Mount } from "../mount";
import { attribute } from "../table";

type ParkTimeline = Schemas["ParkTimeline"];
type RideTimeline = Schemas["RideTimeline"];

const mount: Mount = async (view, host) => {
  const load = async () => {
    const title = attribute(host, "title");
    const body = await fetchAnswer(attribute(host, "src"));
    const found = body.data as ParkTimeline | RideTimeline;
    const strip =
      "rides" in found
        ? ofPark(found, title, host.dataset["all"] !== undefined)
        : ofRide(found, title, host.dataset["ride"] ?? "");
    return (
      <figure className="chart">
        {strip}
        <figcaption>
          <TimelineLegend />
        </figcaption>
      </figure>
    );
  };
  const show = draw(view, await load());
  return async () => show(await load());
};
export default mount;

function ofRide(found: RideTimeline, title: string, name: string) {
  const { starts_at: start, ends_at: end } = found;
  if (start === null || end === null) throw new Error("the timeline has no length");
  const ride = { ride_id: found.ride_id, ride_name: name, ride_slug: "", segments: found.segments };
  return (
    <TimelineStrip
      rides={[ride]}
      startsAt={start}
      endsAt={end}
      windows={found.windows}
      timezone={found.timezone}
      title={title}
    />
  );
}

function ofPark(found: ParkTimeline, title: string, showsAll: boolean) {
  const rides = inOrderOfLoss(found.rides.filter(ride => showsAll || ride.eligible));
  const [from, to] = busyPart(found.starts_at, found.ends_at, found.windows, rides);
  return (
    <TimelineStrip
      rides={rides}
      startsAt={from}
      endsAt={to}
      windows={found.windows}
      timezone={found.timezone}
      title={title}
      knownUntil={found.known_until}
    />
  );
}

type Ride = ParkTimeline["rides"][number];

/** Rides with the longest time down first; those alike by name. */
function inOrderOfLoss(rides: readonly Ride[]): Ride[] {
  const lost = (ride: Ride) =>
    ride.segments
      .filter(segment => segment.counts_as_down && segment.in_window)
      .reduce((sum, segment) => sum + Date.parse(segment.end) - Date.parse(segment.start), 0);
  return [...rides].sort(
    (one, other) =>
      Number(other.eligible) - Number(one.eligible) ||
      lost(other) - lost(one) ||
      one.ride_name.localeCompare(other.ride_name, "en"),
  );
}
