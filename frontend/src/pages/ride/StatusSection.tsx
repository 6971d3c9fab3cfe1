import { useApi } from "../../api/client";
import { TimelineLegend } from "../../charts/Legends";
import { TimelineStrip } from "../../charts/lazy";
import { TableView } from "../../charts/TableView";
import { timelineTable } from "../../charts/tables";
import { ChartFrame, Empty, Failure, Skeleton, StaleNotice } from "../../components";
import type { RideDetails } from "../park/answers";
import { missingWords } from "../park/words";
import type { RideTimeline } from "./answers";

/** What the ride did in the last 48 hours. */
export function StatusSection({ details }: { details: RideDetails }) {
  const { ride, park } = details;
  const answer = useApi<RideTimeline>(`/api/rides/${ride.ride_id}/timeline`, {}, { live: true });
  const shown = answer.data?.data;
  if (shown === undefined) {
    return (
      <>
        <h2>The last 48 hours</h2>
        {answer.error === null ? <Skeleton rows={3} /> : <Failure error={answer.error} retry={answer.refetch} />}
      </>
    );
  }
  const row = { ride_id: ride.ride_id, ride_name: ride.ride_name, ride_slug: ride.ride_slug, segments: shown.segments };
  const title = `${ride.ride_name}: the last 48 hours`;
  return (
    <>
      <StaleNotice isStale={answer.isStale} asOf={answer.data?.data_as_of} error={answer.error} retry={answer.refetch} />
      <ChartFrame
        title="The last 48 hours"
        note={`Times of the park (${park.timezone}).`}
        legend={<TimelineLegend />}
        table={<TableView table={timelineTable([row], park.timezone, title)} />}
      >
        {shown.starts_at !== null && shown.ends_at !== null && shown.segments.length > 0 ? (
          <TimelineStrip rides={[row]} startsAt={shown.starts_at} endsAt={shown.ends_at} windows={shown.windows} timezone={park.timezone} title={title} />
        ) : (
          <Empty title="Nobody has looked for two days">
            <p>{missingWords(shown.missing_reason)} Longer periods above may have data.</p>
          </Empty>
        )}
      </ChartFrame>
    </>
  );
}
